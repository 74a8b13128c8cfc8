// /b: pages tell what was seen of a video. All of it is in the access log; whoever sends it needs no answer.
function handler(event) {
  const method = event.request.method;
  const headers = { 'cache-control': { value: 'no-store' }, 'x-content-type-options': { value: 'nosniff' } };
  if (method === 'GET' || method === 'HEAD' || method === 'POST') {
    return { statusCode: 204, statusDescription: 'No Content', headers: headers };
  }
  headers.allow = { value: 'GET, HEAD, POST' };
  return { statusCode: 405, statusDescription: 'Method Not Allowed', headers: headers };
}
