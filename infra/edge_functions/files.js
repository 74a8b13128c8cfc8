// /media, /clips, /assets and /docs: names as we give them and nothing else, so that no path leaves its folder.
const FILE = /^\/(media|clips|assets|docs)(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;
const LONGEST = 300;

function handler(event) {
  const request = event.request;
  if (request.uri === '/docs' || request.uri === '/docs/') {
    request.uri = '/docs/index.html';
  }
  if (request.uri.length > LONGEST || !FILE.test(request.uri)) {
    return {
      statusCode: 404,
      statusDescription: 'Not Found',
      headers: {
        'content-type': { value: 'text/plain; charset=utf-8' },
        'cache-control': { value: 'no-store' },
        'content-security-policy': { value: 'sandbox' },
        'x-content-type-options': { value: 'nosniff' },
      },
      body: 'There is nothing at this address.\n',
    };
  }
  return request;
}
