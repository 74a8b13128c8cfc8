// /media/{slug}/~{token}/{name}: media of a video with a password or an end. The token is its end, in seconds since
// 1970 in base 16, a dot, and 128 bits of an HMAC-SHA256; the API signs it with the same key. CloudFormation puts the
// key in when it makes this function. The path that is asked of the bucket can't be asked for by itself: whoever
// does so comes here, without a token.
import crypto from 'crypto';

const KEY = '<link signing key>'.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const ASKED = /^\/media\/([A-Za-z0-9_-]{1,40})\/~([0-9a-f]{1,12})\.([A-Za-z0-9_-]{22})((\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+)$/;
const LONGEST = 300;

function signature(slug, end) {
  const mac = crypto.createHmac('sha256', KEY).update(end + '\nmedia\n' + slug).digest('hex');
  return Buffer.from(mac.slice(0, 32), 'hex').toString('base64url');
}

// In the same time wherever they differ; both have 22 characters.
function isSame(one, other) {
  let difference = 0;
  for (let at = 0; at < 22; at++) {
    difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  }
  return difference === 0;
}

function handler(event) {
  const request = event.request;
  const asked = request.uri.length > LONGEST ? null : ASKED.exec(request.uri);
  const holds = asked && isSame(signature(asked[1], asked[2]), asked[3]) && Date.now() / 1000 < parseInt(asked[2], 16);
  if (!holds) {
    return {
      statusCode: 403,
      statusDescription: 'Forbidden',
      headers: {
        'content-type': { value: 'text/plain; charset=utf-8' },
        'cache-control': { value: 'no-store' },
        'content-security-policy': { value: 'sandbox' },
        'x-content-type-options': { value: 'nosniff' },
      },
      body: 'This address is not valid, or not any more.\n',
    };
  }
  request.uri = '/guarded/' + asked[1] + '/media' + asked[4];
  return request;
}
