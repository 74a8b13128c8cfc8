"""The runner finds executions, ends them, and survives what goes wrong around them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from local.asl import ASK, load_machine
from local.failure import Failure
from local.runner import Runner
from local.visits import JournalLost, TokenAnswer, Visit
from tests.support.journals import MemoryJournal

STATES = {"work": {"Type": "Task", "Resource": "${work}", "End": True}}
MACHINES = {"machine": load_machine(json.dumps({"StartAt": "work", "States": STATES}), ["work"])}


class World:
    """A journal, a function, and what happened in which order."""

    def __init__(self, answer: Any = None) -> None:
        self.journal = MemoryJournal()
        self.wake = asyncio.Event()
        self.answer = answer
        self.happened: list[str] = []

    async def invoke(self, function: str, event: Any, timeout_seconds: float | None = None) -> Any:
        self.happened.append(f"work {event}")
        if isinstance(self.answer, Exception):
            raise self.answer
        return await self.answer(event) if callable(self.answer) else self.answer

    async def before_end(self) -> None:
        running = len(await self.journal.running())
        self.happened.append(f"flush with {running} running")

    @asynccontextmanager
    async def runs(self, **options: Any) -> AsyncIterator[None]:
        runner = Runner(MACHINES, self.invoke, self.journal, self.wake, self.before_end, **options)
        task = asyncio.create_task(runner.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def ended(self, name: str) -> Any:
        for _ in range(200):
            if self.journal.executions[name].status != "RUNNING":
                return self.journal.executions[name]
            self.wake.set()
            await asyncio.sleep(0.005)
        raise AssertionError(f"{name} has not ended")


async def test_costs_are_handed_on_before_an_execution_ends() -> None:
    world = World({"ok": True})
    async with world.runs():
        world.journal.enqueue("a", 1)
        ended = await world.ended("a")
    assert (ended.status, ended.output) == ("SUCCEEDED", {"ok": True})
    assert world.happened == ["work 1", "flush with 1 running"]


async def test_a_failure_is_written_down_even_if_the_costs_can_not_be() -> None:
    class Costly(World):
        async def before_end(self) -> None:
            raise Failure("Retryable", "no database")

    world = Costly(Failure("Permanent", "because"))
    world.journal.enqueue("a", 1)
    async with world.runs():
        ended = await world.ended("a")
    assert (ended.status, ended.error, ended.cause) == ("FAILED", "Permanent", "because")


async def test_an_unknown_machine_and_a_fault_of_the_runtime_end_the_execution() -> None:
    world = World(ZeroDivisionError("oops"))
    world.journal.enqueue("unknown", 1, machine="other")
    world.journal.enqueue("fault", 1)
    async with world.runs():
        unknown, fault = await world.ended("unknown"), await world.ended("fault")
    assert (unknown.status, unknown.error) == ("FAILED", "States.Runtime")
    assert "'other'" in unknown.cause
    assert (fault.status, fault.error) == ("FAILED", "States.Runtime")
    assert "oops" in fault.cause


async def test_an_execution_whose_journal_was_lost_goes_on_later() -> None:
    class Flaky(MemoryJournal):
        lost = 1

        async def save(self, execution: str, visit: Visit) -> None:
            if self.lost and visit.exited_at:
                self.lost -= 1
                raise JournalLost("away")
            await super().save(execution, visit)

    world = World("done")
    world.journal = Flaky()
    world.journal.enqueue("a", 1)
    async with world.runs():
        assert (await world.ended("a")).output == "done"


async def test_an_execution_that_someone_aborts_is_cancelled() -> None:
    begun = asyncio.Event()

    async def forever(event: Any) -> None:
        begun.set()
        await asyncio.sleep(30)

    world = World(forever)
    world.journal.enqueue("a", 1)
    async with world.runs():
        await asyncio.wait_for(begun.wait(), 5)
        await world.journal.end("a", "ABORTED")
        world.wake.set()
        await asyncio.sleep(0.05)
    assert world.journal.executions["a"].status == "ABORTED"
    assert world.happened == ["work 1"]


async def test_one_that_waits_for_somebody_keeps_no_other_from_running() -> None:
    tokens: list[str] = []

    async def keep(event: Any) -> None:
        tokens.append(event["token"])

    parameters = {"FunctionName": "${work}", "Payload": {"token.$": "$$.Task.Token"}}
    states = {"ask": {"Type": "Task", "Resource": ASK, "Parameters": parameters, "End": True}}
    asks = load_machine(json.dumps({"StartAt": "ask", "States": states}), ["work"])
    world = World(keep)
    runner = Runner({"machine": asks}, world.invoke, world.journal, world.wake, world.before_end, at_once=1)
    task = asyncio.create_task(runner.run())
    for number in range(3):
        world.journal.enqueue(str(number), number)
    world.wake.set()
    for _ in range(1000):
        if len(tokens) == 3:
            break
        await asyncio.sleep(0.005)
    await world.journal.end("1", "ABORTED")
    for token in tokens:
        world.journal.answer(TokenAnswer(token, {"to": token}))
    assert [(await world.ended(name)).status for name in ("0", "1", "2")] == [
        "SUCCEEDED", "ABORTED", "SUCCEEDED",
    ]  # fmt: skip
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_only_so_many_run_at_once_oldest_first() -> None:
    at_once, most = 0, 0

    async def count(event: Any) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1

    world = World(count)
    for number in range(6):
        world.journal.enqueue(str(number), number)
    async with world.runs(at_once=2):
        for number in range(6):
            await world.ended(str(number))
    assert most == 2
    assert [one for one in world.happened if one.startswith("work")] == [f"work {n}" for n in range(6)]


async def test_it_ends_also_if_it_is_woken_in_the_same_moment() -> None:
    world = World()
    runner = Runner(MACHINES, world.invoke, world.journal, world.wake, world.before_end)
    task = asyncio.create_task(runner.run())
    await asyncio.sleep(0.02)
    world.wake.set()
    await asyncio.sleep(0)  # it is told, and has not gone on yet
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=2)
    assert done
