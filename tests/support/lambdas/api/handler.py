"""A web application behind Mangum."""

from __future__ import annotations

from mangum import Mangum
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def echo(request: Request) -> JSONResponse:
    body = await request.body()
    response = JSONResponse(
        {"path": request.url.path, "query": dict(request.query_params), "size": len(body)}
    )
    response.set_cookie("seen", "1")
    return response


handler = Mangum(Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST"])]), lifespan="off")
