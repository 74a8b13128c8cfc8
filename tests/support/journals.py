"""A journal in memory, and the contract that it and the one in Postgres both keep."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from local.visits import Asked, Execution, Journal, Status, TokenAnswer, Visit

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class MemoryJournal:
    def __init__(self) -> None:
        self.executions: dict[str, Execution] = {}
        self.kept: dict[str, dict[str, Visit]] = {}
        self.tasks: dict[tuple[str, str], Asked] = {}
        self.answered: dict[str, TokenAnswer] = {}
        self.closed: set[str] = set()

    def enqueue(self, name: str, value: Any, machine: str = "machine") -> None:
        created = NOON + timedelta(seconds=len(self.executions))
        self.executions.setdefault(name, Execution(name, machine, copy.deepcopy(value), created))

    async def running(self) -> list[Execution]:
        return [one for one in self.executions.values() if one.status == "RUNNING"]

    async def end(
        self,
        name: str,
        status: Status,
        output: Any = None,
        error: str | None = None,
        cause: str | None = None,
    ) -> None:
        known = self.executions[name]
        if known.status == "RUNNING":
            ended = replace(known, status=status, output=output, error=error, cause=cause, ended_at=NOON)
            self.executions[name] = ended

    async def visits(self, execution: str) -> dict[str, Visit]:
        return copy.deepcopy(self.kept.get(execution, {}))

    async def save(self, execution: str, visit: Visit) -> None:
        self.kept.setdefault(execution, {})[visit.path] = copy.deepcopy(visit)

    async def ask(self, execution: str, attempt: str, until: datetime | None) -> Asked:
        fresh = Asked(f"token {len(self.tasks)} of {execution}", until, told=False)
        return self.tasks.setdefault((execution, attempt), fresh)

    async def note_told(self, token: str) -> None:
        for where, asked in self.tasks.items():
            if asked.token == token:
                self.tasks[where] = replace(asked, told=True)

    async def answers(self, tokens: Collection[str]) -> list[TokenAnswer]:
        return [self.answered[token] for token in tokens if token in self.answered]

    async def close_task(self, token: str) -> bool:
        if token in self.answered:
            return False
        self.closed.add(token)
        return True

    def answer(self, answer: TokenAnswer) -> bool | None:
        if answer.token not in {asked.token for asked in self.tasks.values()}:
            return None
        if answer.token in self.answered or answer.token in self.closed:
            return False
        self.answered[answer.token] = answer
        return True


class JournalContract:
    """Subclasses bring the fixtures `journal`, `enqueue(name, input)` and `answer(answer)`."""

    async def test_executions_run_oldest_first_until_they_end(
        self, journal: Journal, enqueue: Callable[[str, Any], None]
    ) -> None:
        enqueue("contract-b", {"text": "née 🙂 \u0000"})
        enqueue("contract-a", [1, None])
        enqueue("contract-b", {"text": "again"})
        found = await journal.running()
        assert [(one.name, one.input) for one in found] == [
            ("contract-b", {"text": "née 🙂 \u0000"}),
            ("contract-a", [1, None]),
        ]
        await journal.end("contract-b", "SUCCEEDED", {"done": True})
        await journal.end("contract-b", "FAILED", error="Late", cause="ignored")
        await journal.end("contract-a", "FAILED", error="Failed", cause="a \u0000 reason")
        assert await journal.running() == []

    async def test_visits_are_kept_as_last_saved(
        self, journal: Journal, enqueue: Callable[[str, Any], None]
    ) -> None:
        enqueue("contract-c", {})
        visit = Visit("1:voice", "voice", NOON)
        await journal.save("contract-c", visit)
        assert await journal.visits("contract-c") == {"1:voice": visit}
        visit.retries, visit.due = (0, 2), NOON + timedelta(seconds=3)
        await journal.save("contract-c", visit)
        visit.exited_at, visit.next, visit.output = NOON + timedelta(seconds=9), "plan", {"a": [1.5, "é"]}
        await journal.save("contract-c", visit)
        failed = Visit("2:plan", "plan", NOON, exited_at=NOON, error="Permanent", cause="because")
        await journal.save("contract-c", failed)
        assert await journal.visits("contract-c") == {"1:voice": visit, "2:plan": failed}
        assert await journal.visits("contract-unknown") == {}
        await journal.end("contract-c", "ABORTED")

    async def test_a_token_is_answered_once(
        self,
        journal: Journal,
        enqueue: Callable[[str, Any], None],
        answer: Callable[[TokenAnswer], bool | None],
    ) -> None:
        enqueue("contract-d", {})
        until = NOON + timedelta(days=30)
        asked = await journal.ask("contract-d", "1:approve/0/", until)
        assert (asked.until, asked.told) == (until, False)
        await journal.note_told(asked.token)
        again = await journal.ask("contract-d", "1:approve/0/", until + timedelta(days=1))
        assert again == Asked(asked.token, until, told=True)
        other = await journal.ask("contract-d", "1:approve/1/", None)
        assert other.token != asked.token
        assert await journal.answers([asked.token, other.token]) == []
        said = TokenAnswer(asked.token, {"ok": "née"})
        assert [answer(said), answer(TokenAnswer(asked.token, error="Late")), answer(TokenAnswer("x"))] == [
            True, False, None,
        ]  # fmt: skip
        assert await journal.answers([asked.token, other.token]) == [said]
        assert [await journal.close_task(asked.token), await journal.close_task(other.token)] == [False, True]
        assert answer(TokenAnswer(other.token, error="Late")) is False
        await journal.end("contract-d", "ABORTED")
