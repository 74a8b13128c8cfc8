"""Telling apart why work is cancelled: its execution was stopped, or it merely isn't waited for any more."""

from __future__ import annotations

from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass


@dataclass
class Stop:
    """Whether an execution was asked to stop. Whatever works for it finds this in its context."""

    asked: bool = False

    def context(self) -> Context:
        """For the execution's task; those that it starts inherit it."""
        context = copy_context()
        context.run(_of_execution.set, self)
        return context


_of_execution: ContextVar[Stop | None] = ContextVar("stop", default=None)


def is_stopped() -> bool:
    """Whether the execution that this works for was stopped."""
    stop = _of_execution.get()
    return stop is not None and stop.asked
