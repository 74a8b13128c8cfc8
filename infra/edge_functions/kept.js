// How long a browser may keep what was found. CloudFront does not run this for an answer of 400 or more, so that no
// browser keeps an error. The API's own word, about pages with a password, stands.
const FOREVER = 'public, max-age=31536000, immutable'; // what lies there has its content or version in its name

function kept(uri) {
  if (uri.startsWith('/guarded/') || uri.includes('/~')) return 'private, max-age=3600';
  if (uri.startsWith('/media/')) return uri.endsWith('.m3u8') ? 'public, max-age=60' : 'public, max-age=3600';
  if (uri.startsWith('/clips/') || uri.startsWith('/assets/')) return FOREVER;
  return 'no-cache';
}

function handler(event) {
  const response = event.response;
  if (!response.headers['cache-control']) {
    response.headers['cache-control'] = { value: kept(event.request.uri) };
  }
  return response;
}
