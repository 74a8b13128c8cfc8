// To the API: who asks, since API Gateway sees CloudFront only, and no body that a Lambda does not take.
const LARGEST_BODY = 4500000; // bytes; as base64 it fills Lambda's 6 MB

function handler(event) {
  const request = event.request;
  const length = request.headers['content-length'];
  if (length && Number(length.value) > LARGEST_BODY) {
    return {
      statusCode: 413,
      statusDescription: 'Content Too Large',
      headers: {
        'content-type': { value: 'application/json' },
        'cache-control': { value: 'no-store' },
        'x-content-type-options': { value: 'nosniff' },
      },
      body: '{"message":"Request Too Long"}',
    };
  }
  request.headers['x-viewer-address'] = { value: event.viewer.ip }; // whatever the viewer says of it
  return request;
}
