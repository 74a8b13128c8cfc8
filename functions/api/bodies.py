"""What a request may hold, looked at before any route sees it.

FastAPI reads JSON as Python does, which takes NaN, any nesting and any text; Postgres takes none of them.
"""

from __future__ import annotations

import json
import math
from typing import Any, Never

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.api.problems import FieldError, Problem, response_of

LARGEST_BODY = 1_000_000  # bytes; the longest sensible request has 200,000
DEEPEST = 32
LONGEST_NUMBER = 400  # digits; a float has at most 309 before its point


class Bodies:
    """Refuses bodies that are too large (413), and text and JSON that can't be kept (422)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            _look_at_address(scope)
            body = await _read(headers, receive)
            if body and _is_json(headers):
                look_at_json(body)
        except Problem as problem:
            await response_of(problem, Request(scope))(scope, receive, send)
            return
        except ClientDisconnect:
            return  # half a body is nothing that anybody asked for
        read: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return read.pop() if read else await receive()

        await self._app(scope, again, send)


async def _read(headers: Headers, receive: Receive) -> bytes:
    """The whole body. Raises ClientDisconnect; Problem: 413, at once where a request says how long it is."""
    told = headers.get("content-length", "")
    if told.isdecimal() and int(told[:20]) > LARGEST_BODY:
        raise _too_large()
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise _too_large()
        if not message.get("more_body"):
            return bytes(body)


def _too_large() -> Problem:
    return Problem(413, "too-large", f"A body may have at most {LARGEST_BODY:,} bytes.")


def _look_at_address(scope: Scope) -> None:
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise _wrong("url", "Holds a character that can't be kept (NUL).")


def _is_json(headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind.endswith(("/json", "+json"))


def look_at_json(body: bytes) -> None:
    """Raises Problem: 422, with where it is."""
    try:
        text = body.decode()
        given = json.loads(text, parse_constant=_no_constant, parse_int=_int, parse_float=_float)
    except UnicodeDecodeError as error:
        raise _wrong("body", f"It is not UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise _wrong(f"body.{error.pos}", f"It is not JSON: {error.msg}.") from error
    except RecursionError as error:
        raise _too_deep() from error
    _look_at_values(given)


def _look_at_values(given: Any) -> None:
    """Without recursion, for it may be nested as deep as Python reads."""
    left: list[tuple[Any, int]] = [(given, 0)]
    while left:
        value, depth = left.pop()
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(value, str):
            _look_at_text(value)
        elif isinstance(value, list):
            left += ((each, depth + 1) for each in value)
        elif isinstance(value, dict):
            left += ((each, depth + 1) for pair in value.items() for each in pair)


def _look_at_text(text: str) -> None:
    if "\0" in text:
        raise _wrong("body", "A text holds a character that can't be kept (NUL).")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _wrong("body", "A text holds half of a character (a lone surrogate).") from error


def _no_constant(name: str) -> Never:
    raise _wrong("body", f"{name} is no number in JSON.")


def _int(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise _wrong("body", f"A number has more than {LONGEST_NUMBER} digits.")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _wrong("body", f"The number {digits[:40]} is too large.")
    return number


def _too_deep() -> Problem:
    return _wrong("body", f"Lists and objects may be nested {DEEPEST} deep.")


def _wrong(field: str, detail: str) -> Problem:
    return Problem(422, "wrong-field", f"{field}: {detail}", [FieldError(field=field, detail=detail)])
