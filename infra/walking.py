"""What a state machine does on its way to a success: which states it enters, how often, and whom it calls."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_FUNCTION = re.compile(r"\$\{(\w+)\}")
_START_AND_END = 2
"""AWS's own example charges them beside the states: https://aws.amazon.com/step-functions/pricing/"""


class UnknownWay(ValueError):
    """The definition has a state that can't be walked, or does not end."""


@dataclass
class Walk:
    """transitions: that are paid for. calls: of each function, by its placeholder's name."""

    transitions: int = _START_AND_END
    calls: Counter[str] = field(default_factory=Counter)


def walk(definition: Mapping[str, Any], lengths: Mapping[str, int]) -> Walk:
    """The way where every Choice takes its default and nothing fails.

    lengths: of each Map, by its state's name. Raises UnknownWay.
    """
    way = Walk()
    _walk(definition, lengths, way, 1)
    return way


def _walk(definition: Mapping[str, Any], lengths: Mapping[str, int], way: Walk, times: int) -> None:
    states, name = definition["States"], definition["StartAt"]
    for _ in range(len(states)):
        state = states[name]
        way.transitions += times
        match state["Type"]:
            case "Task":
                way.calls[_called(name, state)] += times
            case "Parallel":
                for branch in state["Branches"]:
                    _walk(branch, lengths, way, times)
            case "Map":
                if name not in lengths:
                    raise UnknownWay(f"{name}: how many items has it?")
                _walk(state["ItemProcessor"], lengths, way, times * lengths[name])
            case "Choice":
                name = state["Default"]
                continue
            case "Succeed":
                return
            case "Pass" | "Wait":
                pass
            case other:
                raise UnknownWay(f"{name}: {other} is no way to a success")
        if state.get("End"):
            return
        name = state["Next"]
    raise UnknownWay(f"{definition.get('Comment', 'a machine')} goes in a circle")


def _called(name: str, state: Mapping[str, Any]) -> str:
    function = state.get("Parameters", {}).get("FunctionName", state["Resource"])
    found = _FUNCTION.fullmatch(function)
    if found is None:
        raise UnknownWay(f"{name}: {function} is no placeholder of a function")
    return found[1]
