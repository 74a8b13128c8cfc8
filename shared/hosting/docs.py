"""The page /docs: Swagger UI over /openapi.json, all of it from our own site.

It is static: what it must know (where people sign in, as which application) is in /openapi.json. Swagger UI
is installed by npm from web/package-lock.json and published under a name with its version, as hls.js is.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from shared.html import template_environment
from shared.storage import Storage

_PACKAGE = Path(__file__).parents[2] / "web" / "node_modules" / "swagger-ui-dist"
_TEMPLATES = Path(__file__).parent / "templates"
_PLACE = re.compile(r"^public(/assets/swagger-ui-(\d+)\.(\d+)\.(\d+))/swagger-ui-bundle\.js$")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
_VIEWER = ("swagger-ui.css", "swagger-ui-bundle.js")  # the last says that all of it is there
_NOTICE = "/*! Swagger UI {}, Apache-2.0, SmartBear Software, https://github.com/swagger-api/swagger-ui */"


def docs_policy(*sign_in: str) -> str:
    """The Content-Security-Policy of /docs. sign_in: the issuer's origin, where it is not this site's."""
    connect = " ".join(["'self'", *sign_in])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def publish_docs(storage: Storage, package: Path = _PACKAGE) -> str | None:
    """Put /docs where the site serves it.

    Returns the path of the viewer: the installed one, else the newest that was published before; None where
    there is neither, and the page says so.
    """
    viewer = _publish_viewer(storage, package) or _published(storage)
    page = template_environment(_TEMPLATES).get_template("docs.html").render(viewer=viewer)
    files = {
        "index.html": page.encode(),
        "docs.js": (_TEMPLATES / "docs.js").read_bytes(),
        "docs.css": (_TEMPLATES / "docs.css").read_bytes(),
    }
    if viewer:
        script = f'<script src="{viewer}/oauth2-redirect.js"></script>'
        files["signed-in.html"] = f"<!doctype html>\n<title>Signed in</title>\n{script}\n".encode()
    for name, content in files.items():
        storage.put(f"public/docs/{name}", content, _TYPES[Path(name).suffix])
    return viewer


def _publish_viewer(storage: Storage, package: Path) -> str | None:
    try:
        version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
        files = {name: _told(package / name, version) for name in ("oauth2-redirect.js", *_VIEWER)}
    except (OSError, ValueError, KeyError):
        return None
    place = f"/assets/swagger-ui-{version}"
    for name, content in files.items():
        if not storage.exists(f"public{place}/{name}"):
            storage.put(f"public{place}/{name}", content, _TYPES[Path(name).suffix])
    return place


def _published(storage: Storage) -> str | None:
    found = [place for key in storage.keys("public/assets/swagger-ui-") if (place := _PLACE.match(key))]
    newest = max(found, key=lambda place: [int(n) for n in place.groups()[1:]], default=None)
    return newest[1] if newest else None


def _told(file: Path, version: str) -> bytes:
    """The file, saying whose it is, without the address of a source map that we don't serve."""
    text = re.sub(r"\n(//|/\*)# sourceMappingURL=\S+(\s*\*/)?\s*$", "\n", file.read_text(encoding="utf-8"))
    return f"{_NOTICE.format(version)}\n{text}".encode()
