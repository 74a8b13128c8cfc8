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
VIEWER = "x-viewer-address"
"""What the front says of who asks: to API Gateway it is the front itself that asks."""


class Front:
    """Refuses what did not come through the front (403), before anything else is looked at."""

    def __init__(self, app: ASGIApp, tools: Callable[[], Tools]) -> None:
        self._app, self._tools = app, tools

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            scope = self._of_the_front(scope)
        except (LeadreelError, Problem) as error:
            if isinstance(error, LeadreelError):  # the settings can't be read, and nothing would work
                logger().error(str(error), exc_info=error)
            await response_of(problem_of(error), Request(scope))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _of_the_front(self, scope: Scope) -> Scope:
        """As it is where there is no front. Raises Problem, LeadreelError."""
        key = self._tools().settings.origin_key
        if key is None:
            return scope
        headers = Headers(scope=scope)
        if not hmac.compare_digest(headers.get(HEADER, "").encode(), key.get_secret_value().encode()):
            raise Problem(403, "wrong-address", "Nothing is answered here: ask at the site's own address.")
        return {**scope, "client": (headers[VIEWER], 0)} if VIEWER in headers else scope
