"""The part of JSONPath that the state machines use: reference paths, payload templates and one intrinsic.

$             the state's input        $.plan.jobs[0]['a b']   a part of it
$$.Map.Item.Value                      a part of the context object
States.JsonToString($.failure)         its compact JSON text
"""

from __future__ import annotations

import json
import re
from typing import Any

from local.failure import Failure

STEP = re.compile(r"\.(?P<name>[^\W\d][\w-]*)|\['(?P<quoted>[^']+)'\]|\[(?P<index>\d+)\]")
INTRINSIC = re.compile(r"^States\.JsonToString\(\s*(?P<path>\$[^()]*?)\s*\)$")
MISSING_PARAMETER = "States.ParameterPathFailure"

Steps = tuple[str | int, ...]


def parse(path: str) -> tuple[bool, Steps]:
    """(whether it starts at the context object, its steps). Raises ValueError for other kinds of path."""
    in_context = path.startswith("$$")
    rest, steps = path[2 if in_context else 1 :], []
    if not path.startswith("$"):
        raise ValueError(f"{path!r} is not a path: it must start with $")
    while rest:
        match = STEP.match(rest)
        if not match:
            raise ValueError(f"{path!r} is not a reference path (names and indexes only)")
        steps.append(int(match["index"]) if match["index"] else match["name"] or match["quoted"])
        rest = rest[match.end() :]
    return in_context, tuple(steps)


def check_expression(text: str) -> str:
    """A path or the intrinsic, returned as it is. Raises ValueError."""
    intrinsic = INTRINSIC.match(text)
    if not intrinsic and text.startswith("States."):
        raise ValueError(f"{text!r}: the only intrinsic function here is States.JsonToString(path)")
    parse(intrinsic["path"] if intrinsic else text)
    return text


def check_result_path(path: str) -> str:
    """A path that can be written to. Raises ValueError."""
    in_context, steps = parse(path)
    if in_context or any(isinstance(step, int) for step in steps):
        raise ValueError(f"{path!r}: a ResultPath names fields of the input")
    return path


def check_template(template: Any) -> Any:
    """A payload template, returned as it is. Raises ValueError for a `.$` field without a path."""
    if isinstance(template, dict):
        for name, value in template.items():
            if not name.endswith(".$"):
                check_template(value)
            elif isinstance(value, str):
                check_expression(value)
            else:
                raise ValueError(f"{name}: a path is expected")
    elif isinstance(template, list):
        for value in template:
            check_template(value)
    return template


def evaluate(expression: str, value: Any, context: Any, error: str = MISSING_PARAMETER) -> Any:
    """What a path or the intrinsic stands for. Raises Failure, named `error`, if there is no such thing."""
    intrinsic = INTRINSIC.match(expression)
    if intrinsic:
        found = evaluate(intrinsic["path"], value, context, error)
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    in_context, steps = parse(expression)
    found = context if in_context else value
    for step in steps:
        try:
            if isinstance(found, str) or isinstance(found, dict) is isinstance(step, int):
                raise KeyError(step)
            found = found[step]
        except (KeyError, IndexError, TypeError) as missing:
            raise Failure(error, f"the path {expression!r} leads to nothing") from missing
    return found


def render(template: Any, value: Any, context: Any) -> Any:
    """Fill a payload template: `"name.$": path` becomes `"name": what the path stands for`."""
    if isinstance(template, list):
        return [render(part, value, context) for part in template]
    if not isinstance(template, dict):
        return template
    return {
        name.removesuffix(".$"): evaluate(part, value, context)
        if name.endswith(".$")
        else render(part, value, context)
        for name, part in template.items()
    }


def place(path: str | None, value: Any, result: Any) -> Any:
    """The value with the result put at the path, fields made as needed; None drops the result.

    Raises:
        Failure: States.ResultPathMatchFailure, a step leads through something that has no fields.
    """
    if path is None:
        return value
    _, steps = parse(path)
    if not steps:
        return result
    if not isinstance(value, dict):
        raise Failure("States.ResultPathMatchFailure", f"{path!r} doesn't fit the state's input")
    made = dict(value)
    where = made
    for step in steps[:-1]:
        inner = where.get(str(step), {})
        if not isinstance(inner, dict):
            raise Failure("States.ResultPathMatchFailure", f"{path!r} doesn't fit the state's input")
        where[str(step)] = where = dict(inner)
    where[str(steps[-1])] = result
    return made
