"""The rules of a Choice state: And, Or, Not, and one comparison of one variable."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from local.failure import Failure
from local.paths import evaluate, parse

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
KINDS: dict[str, Callable[[Any], bool]] = {
    "IsNull": lambda value: value is None,
    "IsString": lambda value: isinstance(value, str),
    "IsNumeric": lambda value: is_number(value),
    "IsBoolean": lambda value: isinstance(value, bool),
}


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is(fits: Callable[[Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: fits(value) is wanted


def _ordered(fits: Callable[[Any], bool], compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: fits(value) and compare(value, wanted)


COMPARISONS: dict[str, tuple[Callable[[Any], bool], Callable[[Any, Any], bool]]] = {
    **{f"String{name}": (KINDS["IsString"], _ordered(KINDS["IsString"], by)) for name, by in ORDER.items()},
    **{f"Numeric{name}": (is_number, _ordered(is_number, by)) for name, by in ORDER.items()},
    "BooleanEquals": (KINDS["IsBoolean"], _ordered(KINDS["IsBoolean"], operator.eq)),
    "StringMatches": (
        KINDS["IsString"],
        lambda value, wanted: isinstance(value, str) and _like(value, wanted),
    ),
    **{name: (KINDS["IsBoolean"], _is(fits)) for name, fits in KINDS.items()},
}


def check_rule(rule: Any, nested: bool = False) -> Any:
    """A rule, returned as it is. Raises ValueError for what isn't known here."""
    if not isinstance(rule, dict):
        raise ValueError("a choice rule is an object")
    rest = {name: value for name, value in rule.items() if name != "Comment"}
    target = rest.pop("Next", None)
    if nested is isinstance(target, str):
        raise ValueError("a choice rule has a Next, a rule within it has none")
    for name in ("And", "Or"):
        if set(rest) == {name} and isinstance(rest[name], list) and rest[name]:
            for inner in rest[name]:
                check_rule(inner, nested=True)
            return rule
    if set(rest) == {"Not"}:
        check_rule(rest["Not"], nested=True)
        return rule
    variable = rest.pop("Variable", None)
    if not isinstance(variable, str) or len(rest) != 1:
        raise ValueError("a choice rule compares one Variable once, or is And, Or or Not")
    parse(variable)
    name, wanted = next(iter(rest.items()))
    if name == "IsPresent":
        fits = KINDS["IsBoolean"]
    elif name in COMPARISONS:
        fits = COMPARISONS[name][0]
    else:
        raise ValueError(f"the comparison {name} isn't known")
    if not fits(wanted):
        raise ValueError(f"{name} can't compare with {wanted!r}")
    return rule


def holds(rule: dict[str, Any], value: Any, context: Any) -> bool:
    """Whether a rule fits the input. Raises Failure (States.Runtime) if its variable is missing."""
    if "And" in rule:
        return all(holds(inner, value, context) for inner in rule["And"])
    if "Or" in rule:
        return any(holds(inner, value, context) for inner in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], value, context)
    name = next(field for field in rule if field not in {"Variable", "Next", "Comment"})
    if name == "IsPresent":
        return _present(rule["Variable"], value, context) is rule[name]
    found = evaluate(rule["Variable"], value, context, "States.Runtime")
    return COMPARISONS[name][1](found, rule[name])


def _present(path: str, value: Any, context: Any) -> bool:
    try:
        evaluate(path, value, context)
    except Failure:
        return False
    return True


def _like(value: str, pattern: str) -> bool:
    """`*` stands for any text, `\\*` for a star."""
    parts = [re.escape(part.replace("\0", "*")) for part in pattern.replace(r"\*", "\0").split("*")]
    return re.fullmatch(".*".join(parts), value, re.DOTALL) is not None
