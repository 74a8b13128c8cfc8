// /v/{slug} and /embed/{slug}: the file of a page that anybody may see. Where there is none, CloudFront asks the API
// for the same path: it knows the pages with a password or an end, and says kindly that a link leads nowhere.
// What can't be a slug becomes one that no page has.
const PAGE = /^\/(v|embed)\/([A-Za-z0-9_-]{1,40})(\/?)$/;

function handler(event) {
  const request = event.request;
  const found = PAGE.exec(request.uri);
  if (found && found[3]) {
    return {
      statusCode: 301,
      statusDescription: 'Moved Permanently',
      headers: { location: { value: '/' + found[1] + '/' + found[2] } },
    };
  }
  const kind = request.uri.startsWith('/embed/') ? 'embed' : 'v';
  request.uri = '/' + kind + '/' + (found ? found[2] : '-') + '/index.html';
  return request;
}
