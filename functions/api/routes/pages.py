"""Share pages with a password or an end. They are no part of the REST API: whoever has the link opens them.

Where a page is for everyone, whoever serves the site has it as a file and does not ask here. The form goes to
a path of its own, because CloudFront asks a second origin for what the first has not by GET alone. It asks by
the name of the file that the first has not: `index.html`.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Depends, Request, Response

from functions.api.tries import TRIES_SECONDS, Tries
from shared.hosting import Doorkeeper, Kind, Opened
from shared.storage import Links
from shared.workflow import Tools

router = APIRouter(include_in_schema=False)
LONGEST_FORM = 2000


def _doorkeeper(request: Request) -> Doorkeeper:
    tools: Tools = request.app.state.tools()
    key = tools.settings.link_signing_key
    return Doorkeeper(tools.storage, lambda: tools.database, Links(key) if key else None)


async def _form(request: Request) -> bytes:
    return (await request.body())[:LONGEST_FORM]


Keeper = Annotated[Doorkeeper, Depends(_doorkeeper)]


@router.get("/v/{slug}")
@router.get("/v/{slug}/index.html")
def share_page(slug: str, keeper: Keeper) -> Response:
    """The page, or the form that asks for its password."""
    return _answer(keeper.open("v", slug))


@router.get("/embed/{slug}")
@router.get("/embed/{slug}/index.html")
def embed_page(slug: str, keeper: Keeper) -> Response:
    """The player alone, or the form."""
    return _answer(keeper.open("embed", slug))


@router.post("/unlock/{kind}/{slug}")
def unlock(
    kind: Kind, slug: str, request: Request, keeper: Keeper, form: Annotated[bytes, Depends(_form)]
) -> Response:
    """The page, if the password is right."""
    tries: Tries = request.app.state.tries
    if tries.too_many(slug, request.client.host if request.client else ""):
        said = "That was too often. Wait a minute, then try again."
        response = _answer(keeper.locked(kind, slug, said, 429))
        response.headers["Retry-After"] = str(round(TRIES_SECONDS))
        return response
    typed = parse_qs(form.decode(errors="replace")).get("password", [""])[0]
    return _answer(keeper.open(kind, slug, typed))


@router.get("/unlock/{kind}/{slug}")
def back(kind: Kind, slug: str) -> Response:
    """Whoever comes to the form's path by itself belongs on the page."""
    return Response(status_code=303, headers={"Location": f"/{kind}/{quote(slug, safe='')}"})


def _answer(opened: Opened) -> Response:
    return Response(
        opened.html,
        opened.status,
        {
            "Content-Security-Policy": opened.policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "strict-origin-when-cross-origin",
        },
        "text/html; charset=utf-8",
    )
