// The application: a file where the path names one, else its page, which knows its own addresses.
const FILE = /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/[A-Za-z0-9_-][A-Za-z0-9._-]*\.[a-z0-9]{1,11}$/;
const LONGEST = 300;

function handler(event) {
  const request = event.request;
  if (request.uri.length > LONGEST || !FILE.test(request.uri)) {
    request.uri = '/index.html';
  }
  return request;
}
