"""Whom the API listens to: where ORIGIN_KEY is set, to the site's own front (CloudFront) alone.

The front has a firewall and limits; whoever found the API behind it would have neither.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.api.problems import Problem, problem_of, response_of
from shared.errors import LeadreelError
from shared.observability import logger
from shared.workflow import Tools

HEADER = "x-origin-key"


class Front:
    """Refuses what did not come through the front (403), before anything else is looked at."""

    def __init__(self, app: ASGIApp, tools: Callable[[], Tools]) -> None:
        self._app, self._tools = app, tools

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._look_at(Headers(scope=scope).get(HEADER, ""))
        except (LeadreelError, Problem) as error:
            if isinstance(error, LeadreelError):  # the settings can't be read, and nothing would work
                logger().error(str(error), exc_info=error)
            await response_of(problem_of(error), Request(scope))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _look_at(self, given: str) -> None:
        key = self._tools().settings.origin_key
        if key is not None and not hmac.compare_digest(given.encode(), key.get_secret_value().encode()):
            raise Problem(403, "wrong-address", "Nothing is answered here: ask at the site's own address.")
