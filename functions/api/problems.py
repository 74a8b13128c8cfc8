"""Errors as problem documents (RFC 9457): a stable type, and a sentence for a person.

401 not-signed-in      403 not-allowed, wrong-address                 404 not-found
409 conflict, in-progress                     412 changed-meanwhile   413 too-large
422 wrong-field, key-reused, refused          429 too-many-requests   500 broken
503 not-ready
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.routing import Route

from functions.api.routes import router_of, section_of
from shared.accounts import NoRole, NotSignedIn
from shared.errors import Conflict, LeadreelError, NotFound, Permanent, RateLimited, Retryable
from shared.observability import logger
from shared.values import Value

TYPE = "urn:leadreel:problem:"
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5


class FieldError(Value):
    """field: where it is in the request, such as `body.key_messages.0`."""

    field: str
    detail: str


class ProblemDocument(Value):
    """What an error is answered with."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: tuple[FieldError, ...] = ()


class Problem(Exception):
    """An answer that ends a request. kind: the end of its type."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.errors, self.headers = tuple(errors), dict(headers or {})


def problem_of(error: Exception) -> Problem:
    """How an error is told. What we did not raise on purpose says nothing of itself."""
    match error:
        case Problem():
            return error
        case NotSignedIn():
            return Problem(401, "not-signed-in", str(error), headers={"WWW-Authenticate": "Bearer"})
        case NoRole():
            return Problem(403, "not-allowed", str(error))
        case NotFound():
            return Problem(404, "not-found", str(error))
        case Conflict():
            return Problem(409, "conflict", str(error))
        case RequestValidationError():
            return _wrong_fields(error)
        case DataError():
            return Problem(422, "refused", "A value is too large, or holds characters that can't be kept.")
        case IntegrityError():
            return Problem(409, "conflict", "It refers to something that is gone, or is there already.")
        case RateLimited():
            seconds = round(error.retry_after_seconds or RETRY_AFTER_SECONDS)
            return Problem(429, "too-many-requests", str(error), headers={"Retry-After": str(seconds)})
        case Retryable() | OperationalError():
            said = str(error) if isinstance(error, LeadreelError) else "The database is not there."
            return Problem(503, "not-ready", said, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        case Permanent():
            return Problem(422, "refused", str(error))
        case HTTPException():
            return _plain(error)
    return Problem(500, "broken", "Something broke on our side; the request id finds it in the logs.")


def add_problems(app: FastAPI) -> None:
    """Every error that a route raises is answered with a problem document."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        problem = problem_of(error)
        methods = _methods(request.scope["path"]) if problem.status == 405 else ()
        if methods:
            problem.headers["Allow"] = ", ".join(methods)
        if problem.status >= 500:
            logger().error(str(error), exc_info=error)
        return response_of(problem, request)

    of_database = (DataError, IntegrityError, OperationalError)
    for kind in (Problem, LeadreelError, RequestValidationError, HTTPException, *of_database):
        app.add_exception_handler(kind, answer)


def _methods(path: str) -> list[str]:
    """What a path takes (RFC 9110, 10.2.1): Starlette knows what its first route takes."""
    section = section_of(path)
    routes = [route for route in router_of(section).routes if isinstance(route, Route)] if section else []
    found = {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}
    return sorted(found | {"HEAD"} if "GET" in found else found)


def response_of(problem: Problem, request: Request) -> JSONResponse:
    document = ProblemDocument(
        type=TYPE + problem.kind,
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        detail=problem.detail,
        request_id=getattr(request.state, "request_id", ""),
        errors=problem.errors,
    )
    return JSONResponse(
        document.model_dump(mode="json"), problem.status, problem.headers, media_type=MEDIA_TYPE
    )


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI document: problems that an operation may answer with."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in statuses
    }


def _wrong_fields(error: RequestValidationError) -> Problem:
    errors = [
        FieldError(
            field=".".join(str(part) for part in item["loc"]),
            detail=_sentence(str(item["msg"]).removeprefix("Value error, ")),
        )
        for item in error.errors()[:20]
    ]
    first = f"{errors[0].field}: {errors[0].detail}" if errors else "The request can't be read."
    return Problem(422, "wrong-field", first, errors)


def _plain(error: HTTPException) -> Problem:
    """What the framework raises: an unknown path, a method that is not there, a body that is no JSON."""
    kinds = {404: "not-found", 405: "not-allowed", 413: "too-large"}
    status = error.status_code
    detail = str(error.detail) if error.detail else HTTPStatus(status).phrase
    return Problem(status, kinds.get(status, "refused"), _sentence(detail), headers=error.headers)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
