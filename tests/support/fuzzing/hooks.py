"""What is done to requests that schemathesis makes up, in the process that sends them.

Of ids, seven in eight are exchanged for those of things that are there; the rest, and all of what is made to
be refused, stays as it is made up.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
from collections import Counter, defaultdict
from pathlib import Path
from threading import RLock
from typing import Any

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.openapi.checks import RejectedPositiveData

from shared.database import Database
from shared.settings import Settings
from shared.storage import open_storage
from tests.support.fuzzing.settling import settled
from tests.support.fuzzing.things import WAITING, Things
from tests.support.parts import Parts

GIVEN = json.loads(os.environ["FUZZING"])
USES = 25
"""How often one thing is read, before there is another."""
INSIDE = {"delivery_id": "webhook_id", "mail_id": "hosted_video_id"}
"""What is part of something else, whose id stands before its own in a path."""
BY_RULE = {"refused", "key-reused", "changed-meanwhile"}
"""Kinds of problems that no schema tells beforehand: what else is there, and what was asked before."""

settings = Settings(leadreel_home=Path(GIVEN["home"]), secrets_key=GIVEN["secrets_key"])
parts = Parts(Database(GIVEN["database_url"]), open_storage(settings), GIVEN["workspace_id"])
things = Things(parts, settings)
FRAMING = {"connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade"}
"""Headers that say where a request ends: with wrong ones it is none, and whoever serves HTTP refuses it."""

counting, lock = itertools.count(), RLock()
kept: dict[tuple[str, bool], tuple[int, int]] = {}
answered: dict[str, Counter[str]] = defaultdict(Counter)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    operation = _operation(case)
    for name in [name for name in case.headers or () if name.lower() in FRAMING]:
        del case.headers[name]
    if operation in {"generateScript", "synthesizeVoiceover"}:
        case.headers["Prefer"] = "respond-async"  # nothing works on it: who waits would wait in vain
    if case.meta is None or case.meta.phase.name.value == "stateful":
        return
    number = next(counting)
    with lock:
        if number % 8 and _well_formed(case, ParameterLocation.PATH):
            _point(case, operation)
        if _well_formed(case, ParameterLocation.BODY) and isinstance(case.body, dict):
            case.body = settled(case.body, operation, lambda name: _thing(name, operation), number)
    if _well_formed(case, ParameterLocation.HEADER):
        _settle_headers(case, number)
    if _well_formed(case, ParameterLocation.QUERY) and case.query:
        case.query.pop("cursor", None)  # nobody makes one up
        if "sort" in case.query:
            case.query["sort"] = ("id", "-id", "-created_at")[number % 3]


def _operation(case: Any) -> str:
    return str(case.operation.definition.raw["operationId"])


def _well_formed(case: Any, location: ParameterLocation) -> bool:
    part = case.meta.components.get(location)
    return part is not None and part.mode.is_positive


def _point(case: Any, operation: str) -> None:
    # what was read before may be gone, and has nothing inside then
    fresh = case.method.upper() != "GET" or not {"webhook_id", "mail_id"}.isdisjoint(case.path_parameters)
    ids = {
        name: things.make(name, operation) if fresh else _thing(name, operation)
        for name in case.path_parameters
        if name not in {"kind", *INSIDE}
    }
    for name, of in INSIDE.items():
        if name in case.path_parameters:
            ids[name] = things.inside(name, ids[of])
    case.path_parameters = {**case.path_parameters, **ids}


def _thing(name: str, operation: str) -> int:
    """One that is there, and was perhaps read before."""
    key = name, operation in WAITING
    thing, uses = kept.get(key, (0, USES))
    if uses >= USES:
        thing, uses = things.make(name, operation), 0
    kept[key] = thing, uses + 1
    return thing


def _settle_headers(case: Any, number: int) -> None:
    if "If-Match" in case.headers:
        case.headers["If-Match"] = "*"
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"{case.headers['Idempotency-Key'][:200]}-{os.getpid()}-{number}"


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Whether it is one."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    try:
        problem = response.json()
        kind = str(problem["type"]).rpartition(":")[2]
    except (ValueError, KeyError, TypeError):
        return True
    across = [error["field"].split(".") for error in problem["errors"]]
    return kind not in BY_RULE and not (across and all(_is_object(case.body, path[1:]) for path in across))


def _is_object(body: Any, path: list[str]) -> bool:
    """Whether it names a whole object, whose rule was broken. path: with the kind, in lists of several."""
    for part in path:
        if isinstance(body, list) and part.isdecimal():
            body = body[int(part)]
        elif isinstance(body, dict) and part in body:
            body = body[part]
        elif not (isinstance(body, dict) and body.get("kind") == part):
            return False
    return isinstance(body, dict)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    phase = case.meta.phase.name.value if case.meta else "none"
    with lock:
        answered[_operation(case)][f"{phase} {response.status_code}"] += 1


@atexit.register
def tell() -> None:
    Path(GIVEN["report"]).write_text(json.dumps(answered))
