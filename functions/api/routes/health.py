"""Whether the function answers, and whether what it needs does."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from shared.errors import LeadreelError
from shared.values import Value
from shared.workflow import Tools

router = APIRouter(prefix="/health", tags=["health"])
State = Literal["ok", "down"]


class Health(Value):
    status: State


class Readiness(Value):
    """checks: each thing that requests need."""

    status: State
    checks: dict[str, State]


@router.get("", operation_id="getHealth")
def health() -> Health:
    """The function answers."""
    return Health(status="ok")


@router.get("/ready", operation_id="getReadiness", responses={503: {"model": Readiness}})
def ready(request: Request, response: Response) -> Readiness:
    """What requests need answers; 503 if something does not."""
    checks = {"database": _database(request), "storage": _storage(request)}
    status: State = "ok" if set(checks.values()) == {"ok"} else "down"
    if status == "down":
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return Readiness(status=status, checks=checks)


def _database(request: Request) -> State:
    try:
        with _tools(request).database.transaction() as session:
            session.execute(text("SELECT 1"))
    except LeadreelError:
        return "down"
    return "ok"


def _storage(request: Request) -> State:
    try:
        _tools(request).storage.exists("health")
    except (LeadreelError, OSError):
        return "down"
    return "ok"


def _tools(request: Request) -> Tools:
    tools: Tools = request.app.state.tools()
    return tools
