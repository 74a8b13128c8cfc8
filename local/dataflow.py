"""How values pass through a state, and which rule fits an error or an input: pure functions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from local import asl
from local.catalogue import ACCOUNT, REGION
from local.choice import holds
from local.failure import Failure
from local.paths import evaluate, render
from local.visits import Execution, Visit

PAYLOAD_LIMIT = 256 * 1024  # bytes of JSON between states
TOO_LARGE, RUNTIME, TIMEOUT = "States.DataLimitExceeded", "States.Runtime", "States.Timeout"
UNCATCHABLE = {TOO_LARGE, RUNTIME}


def matches(names: Sequence[str], error: str) -> bool:
    """Whether ErrorEquals covers an error. No wildcard covers what Step Functions never lets anyone catch."""
    if error in names:
        return True
    if error in UNCATCHABLE:
        return False
    return "States.ALL" in names or ("States.TaskFailed" in names and error != TIMEOUT)


def choose(state: asl.Choice, value: Any, context: Mapping[str, Any]) -> str:
    """The state that a Choice leads to."""
    for rule in state.choices:
        if holds(rule, value, context):
            return str(rule["Next"])
    if state.default is None:
        raise Failure("States.NoChoiceMatched", "no rule fits the input and there is no Default")
    return state.default


def through(path: str | None, value: Any, context: Any) -> Any:
    """Apply an InputPath or OutputPath."""
    return {} if path is None else evaluate(path, value, context, RUNTIME)


def limit_size(value: Any) -> None:
    """Raise Failure if a payload is larger than Step Functions carries."""
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    if size > PAYLOAD_LIMIT:
        raise Failure(TOO_LARGE, f"a payload of {size} bytes is above the limit of {PAYLOAD_LIMIT} bytes")


def filled(template: Any, given: Any, context: Any) -> Any:
    return given if template is None else render(template, given, context)


def passed(state: asl.Pass, given: Any, context: Any) -> Any:
    return state.result if "result" in state.model_fields_set else filled(state.parameters, given, context)


def text_of(text: str | None, path: str | None, value: Any, context: Any) -> str:
    found = evaluate(path, value, context, RUNTIME) if path else text or ""
    if not isinstance(found, str):
        raise Failure(RUNTIME, f"{path!r} doesn't lead to a text")
    return found


def moment(when: datetime | str) -> datetime:
    try:
        moment = datetime.fromisoformat(when) if isinstance(when, str) else when
    except ValueError as error:
        raise Failure(RUNTIME, f"{when!r} is no timestamp") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def plan_retry(
    retriers: Sequence[asl.Retrier], made: tuple[int, ...], error: str, spread: float
) -> tuple[tuple[int, ...], float] | None:
    """(retries made of each retrier, this one included; seconds until it), or None if there is none.

    spread: within [0, 1], for full jitter.
    """
    counts = [*made, *[0] * (len(retriers) - len(made))]  # a resumed run may find more than it knew
    for index, retrier in enumerate(retriers):
        if not matches(retrier.error_equals, error):
            continue
        if counts[index] >= retrier.max_attempts:
            return None
        delay = retrier.interval_seconds * retrier.backoff_rate ** counts[index]
        if retrier.max_delay_seconds is not None:
            delay = min(delay, retrier.max_delay_seconds)
        counts[index] += 1
        return tuple(counts), delay * (spread if retrier.jitter_strategy == "FULL" else 1.0)
    return None


def invoked(result: Any) -> dict[str, Any]:
    """What the integration lambda:invoke makes of a function's result."""
    return {"ExecutedVersion": "$LATEST", "Payload": result, "StatusCode": 200}


def context_of(execution: Execution, visit: Visit, item: dict[str, Any]) -> dict[str, Any]:
    """The context object. item: its Map, within one."""
    place = f"arn:aws:states:{REGION}:{ACCOUNT}"
    context = {
        "Execution": {
            "Id": f"{place}:execution:{execution.machine}:{execution.name}",
            "Name": execution.name,
            "Input": execution.input,
            "StartTime": execution.created_at.isoformat(),
        },
        "StateMachine": {
            "Id": f"{place}:stateMachine:{execution.machine}",
            "Name": execution.machine,
        },
        "State": {
            "Name": visit.state,
            "EnteredTime": visit.entered_at.isoformat(),
            "RetryCount": visit.attempt,
        },
    }
    return {**context, "Map": item} if item else context
