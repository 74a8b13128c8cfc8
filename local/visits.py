"""What is written down of an execution: the execution, and each visit of a state."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

Status = Literal["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"]


@dataclass(frozen=True)
class Execution:
    """One run of a state machine, known by its name. Times are UTC."""

    name: str
    machine: str
    input: Any
    created_at: datetime
    status: Status = "RUNNING"
    output: Any = None
    error: str | None = None
    cause: str | None = None
    ended_at: datetime | None = None


@dataclass
class Visit:
    """One visit of one state.

    path: where in the execution, e.g. `4:record/0/2/1:record scene`: fourth state visited, first attempt,
    third item, first state visited there. retries: made so far, of each retrier. due: when a Wait or a
    backoff ends. next: the state that follows, None at the end of a branch. error and cause: if the state
    failed for good.
    """

    path: str
    state: str
    entered_at: datetime
    retries: tuple[int, ...] = ()
    due: datetime | None = None
    exited_at: datetime | None = None
    next: str | None = None
    output: Any = None
    error: str | None = None
    cause: str | None = None

    @property
    def attempt(self) -> int:
        """0 for the first."""
        return sum(self.retries)


@dataclass(frozen=True)
class Asked:
    """A task that waits for an answer to its token. until: for how long, None for ever. told: whether the
    function that hands the token on has been called."""

    token: str
    until: datetime | None
    told: bool


@dataclass(frozen=True)
class TokenAnswer:
    """error: None for a success, which has an output."""

    token: str
    output: Any = None
    error: str | None = None
    cause: str | None = None


class JournalLost(Exception):
    """The journal can't be reached."""


class Journal(Protocol):
    """Where executions and visits are kept. What was saved is there after a crash.

    Each method may raise JournalLost.
    """

    async def running(self) -> list[Execution]:
        """Executions that have not ended, oldest first."""

    async def end(
        self,
        name: str,
        status: Status,
        output: Any = None,
        error: str | None = None,
        cause: str | None = None,
    ) -> None:
        """Mark an execution as ended, unless it has ended already."""

    async def visits(self, execution: str) -> dict[str, Visit]:
        """All visits of an execution, by path."""

    async def save(self, execution: str, visit: Visit) -> None:
        """Write a visit down, in place of what was known of it."""

    async def ask(self, execution: str, attempt: str, until: datetime | None) -> Asked:
        """The task of that attempt (its visit's path and number), made if there is none."""

    async def note_told(self, token: str) -> None:
        """The function that hands the token on has been called."""

    async def answers(self, tokens: Collection[str]) -> list[TokenAnswer]:
        """Those of the tokens that are answered."""

    async def close_task(self, token: str) -> bool:
        """Let nobody answer from now on; False if somebody has."""
