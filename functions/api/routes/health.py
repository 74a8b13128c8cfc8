"""Whether the function answers, and whether what it needs does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from shared.costs import vendor_states
from shared.errors import LeadreelError
from shared.values import Value
from shared.workflow import Tools
from shared.workflow.executions import NoMachine

router = APIRouter(prefix="/health", tags=["health"])
State = Literal["ok", "down", "off"]
KEPT_SECONDS = 2.0
"""Anybody may ask, and what is asked in turn has limits of its own."""


class Health(Value):
    status: Literal["ok", "down"]


class VendorHealth(Value):
    """status: low: little is left; refusing: it asked us to wait (429) within five minutes. seen_at: how old
    what is known is; the functions that have the vendor's key ask now and then."""

    status: Literal["ok", "low", "refusing", "unknown"]
    seen_at: datetime | None


class Readiness(Value):
    """checks: each thing that requests need; off: it is not set up. vendors: a warning, no reason for 503."""

    status: Literal["ok", "down"]
    checks: dict[str, State]
    vendors: dict[str, VendorHealth]


@router.get("", operation_id="getHealth")
def health() -> Health:
    """The function answers."""
    return Health(status="ok")


@router.get("/ready", operation_id="getReadiness", responses={503: {"model": Readiness}})
def ready(request: Request, response: Response) -> Readiness:
    """What requests need answers; 503 if something does not. No vendor is asked."""
    until, shown = getattr(request.app.state, "readiness", (0.0, None))
    if shown is None or time.monotonic() >= until:
        shown = _look(request.app.state.tools())
        request.app.state.readiness = time.monotonic() + KEPT_SECONDS, shown
    if shown.status == "down":
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return shown


def _look(tools: Tools) -> Readiness:
    vendors: dict[str, VendorHealth] = {}

    def database() -> None:
        with tools.database.transaction() as session:
            session.execute(text("SELECT 1"))
            for each in vendor_states(session):
                vendors[each.vendor] = VendorHealth(status=each.status, seen_at=each.seen_at)

    checks: dict[str, State] = {
        "database": _state(database),
        "storage": _state(lambda: next(iter(tools.storage.keys("health/")), None)),
        "executions": _state(lambda: tools.executions.check("pipeline")),
    }
    return Readiness(status="down" if "down" in checks.values() else "ok", checks=checks, vendors=vendors)


def _state(ask: Callable[[], object]) -> State:
    try:
        ask()
    except NoMachine:
        return "off"
    except (LeadreelError, OSError):
        return "down"
    return "ok"
