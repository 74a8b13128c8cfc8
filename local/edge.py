"""CloudFront, S3 and API Gateway on one machine: pages, media and files from storage, the rest to `api`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path, PurePosixPath

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, request_response

from local.gateway import broken, request_event, response_of, unavailable
from local.runtime_api import Answer
from shared.hosting import (
    CONTENT_SECURITY_POLICY,
    EMBED_CONTENT_SECURITY_POLICY,
    docs_policy,
    guarded_media,
    not_found_page,
)
from shared.storage import Links, file_link

CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".m4s": "video/iso.segment",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mp3": "audio/mpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".vtt": "text/vtt",
    ".srt": "application/x-subrip",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".html": "text/html",
    ".woff2": "font/woff2",
}
FOREVER = "public, max-age=31536000, immutable"  # what lies there has its content or version in its name
KEPT = {"media": "public, max-age=3600", "clips": FOREVER, "assets": FOREVER}
PLAYLIST_KEPT = "public, max-age=60"
GATEWAY_SECONDS = 30.0
LARGEST_BODY = 4_500_000  # bytes; as base64 it fills Lambda's 6 MB
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
COMMON = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin"}

CallApi = Callable[[bytes, float], Awaitable[Answer]]  # an event as JSON, seconds it may take


def edge(public: Path, call_api: CallApi, *more: BaseRoute, links: Links | None = None) -> Starlette:
    """The application.

    public: storage's folder of what anyone may read. more: further routes. links: what signed the addresses
    of what not anyone may read; without it nobody reads that.
    """
    storage = public.parent

    async def page(kind: str, request: Request) -> Response:
        slug = request.path_params["slug"]
        if _is_there(storage, f"guarded/{slug}/page.json") and not _is_there(
            public, f"{kind}/{slug}/index.html"
        ):
            return await api(request)  # it knows whether to show it
        text = find(public, f"{kind}/{slug}/index.html").read_text(encoding="utf-8")
        policy = EMBED_CONTENT_SECURITY_POLICY if kind == "embed" else CONTENT_SECURITY_POLICY
        headers = COMMON | {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
        return HTMLResponse(text, headers=headers)

    async def file(folder: str, request: Request) -> Response:
        path = request.path_params["path"]
        if folder == "media" and "/~" in path:
            key = guarded_media(path, links) if links else None
            if key is None:
                return refused()
            return sent(find(storage, key), "private, max-age=3600")
        found = find(public, f"{folder}/{path}")
        return sent(found, PLAYLIST_KEPT if found.suffix == ".m3u8" else KEPT[folder])

    async def download(request: Request) -> Response:
        """A file of storage whose address was signed (`FileStorage.url`)."""
        key, name = request.path_params["key"], request.query_params.get("filename", "")
        if links is None or not links.holds(file_link(key, name), request.path_params["token"]):
            return refused()
        return sent(find(storage, key), "private, no-store", name)

    def refused() -> Response:
        return PlainTextResponse("This address is not valid, or not any more.\n", 403, headers=COMMON)

    def sent(found: Path, kept: str, name: str | None = None) -> Response:
        headers = COMMON | {"Cache-Control": kept, "Content-Security-Policy": "sandbox"}
        return FileResponse(
            found,
            media_type=CONTENT_TYPES.get(found.suffix, "application/octet-stream"),
            headers=headers,
            filename=name,
        )

    async def docs(request: Request) -> Response:
        found = find(public, f"docs/{request.path_params.get('name', 'index.html')}")
        headers = COMMON | {"Content-Security-Policy": docs_policy(), "Cache-Control": "no-cache"}
        return FileResponse(found, media_type=CONTENT_TYPES[found.suffix], headers=headers)

    async def api(request: Request) -> Response:
        if request.method not in METHODS:
            raise HTTPException(405, headers={"Allow": ", ".join(METHODS)})
        body = await read_body(request)
        if body is None:
            return JSONResponse({"message": "Request Too Long"}, 413)
        try:
            answer = await call_api(json.dumps(request_event(request, body)).encode(), GATEWAY_SECONDS)
        except TimeoutError:
            return unavailable()
        return broken() if answer.failed else response_of(answer.payload)

    async def missing(request: Request, error: Exception) -> Response:
        headers = COMMON | {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
        status = 500
        if isinstance(error, HTTPException):
            status, headers = error.status_code, {**(error.headers or {}), **headers}  # Allow, of a 405
        return HTMLResponse(not_found_page(), status, headers=headers)

    routes = [
        *(Route(f"/{kind}/{{slug}}", partial(page, kind)) for kind in ("v", "embed")),
        *(Route(f"/{folder}/{{path:path}}", partial(file, folder)) for folder in KEPT),
        Route("/files/{token}/{key:path}", download),
        *(Route(path, docs) for path in ("/docs", "/docs/{name}")),
        *more,
    ]
    edge = Starlette(routes=routes, exception_handlers={404: missing, 405: missing})
    edge.router.default = request_response(api)  # a route's `{path:path}` would leave out line breaks
    return edge


def _is_there(root: Path, relative: str) -> bool:
    try:
        return find(root, relative).is_file()
    except HTTPException:
        return False


def find(root: Path, relative: str) -> Path:
    """A file below the root. Raises HTTPException 404 for anything else, hidden files too."""
    parts = PurePosixPath(relative).parts
    if any(part.startswith(".") or "\0" in part or "\\" in part for part in parts):
        raise HTTPException(404)
    try:
        found = root.joinpath(*parts).resolve(strict=True)
    except OSError as error:
        raise HTTPException(404) from error
    if not found.is_file() or not found.is_relative_to(root.resolve()):
        raise HTTPException(404)
    return found


async def read_body(request: Request) -> bytes | None:
    """The body; None if it is larger than a Lambda takes."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
