"""Runs a state machine as Step Functions would, and goes on where a journal says it stood.

Each state's visit is written down when it is entered, before each retry and when it is left. A resumed run
walks from the start again: a visit that was left is not repeated, its output is taken from the journal.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from local import asl
from local.dataflow import (
    RUNTIME,
    TIMEOUT,
    choose,
    context_of,
    filled,
    invoked,
    limit_size,
    matches,
    moment,
    passed,
    plan_retry,
    text_of,
    through,
)
from local.failure import Failure
from local.paths import evaluate, place, render
from local.visits import Execution, Journal, Visit
from local.waiting import Place, Waiting

Left = tuple[Any, str | None]  # a state's output and the state that follows


class Invoke(Protocol):
    """Calls a function by its short name. Raises Failure, or TimeoutError once it worked for too long."""

    async def __call__(self, function: str, event: Any, timeout_seconds: float | None = None) -> Any: ...


async def _sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)


@dataclass(frozen=True)
class Clock:
    """Time and chance. spread: a random factor within [0, 1], for jitter."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = _sleep
    spread: Callable[[], float] = random.random


class Run:
    """One execution of a machine."""

    def __init__(
        self,
        machine: asl.Machine,
        execution: Execution,
        invoke: Invoke,
        journal: Journal,
        clock: Clock | None = None,
        waiting: Waiting | None = None,
        place: Place | None = None,
    ) -> None:
        """waiting: for answers to task tokens; shared by all runs. place: left while this one waits."""
        self._machine = machine
        self._execution = execution
        self._invoke = invoke
        self._journal = journal
        self._clock = clock or Clock()
        self._waiting = waiting or Waiting(journal)
        self._place = place or Place(asyncio.Semaphore())
        self._visits: dict[str, Visit] = {}

    async def to_the_end(self) -> Any:
        """Run, or go on, and return the output.

        Raises:
            Failure: the execution failed.
        """
        self._visits = await self._journal.visits(self._execution.name)
        return await self._branch(self._machine, self._execution.input, "", {})

    async def _branch(self, branch: asl.Branch, value: Any, prefix: str, item: dict[str, Any]) -> Any:
        """Walk one branch. item: the context object's Map, within one."""
        name: str | None = branch.start_at
        for number in itertools.count(1):
            assert name is not None
            visit = await self._visit(branch.states[name], name, value, f"{prefix}{number}:{name}", item)
            if visit.error is not None:
                raise Failure(visit.error, visit.cause or "")
            value, name = visit.output, visit.next
            if name is None:
                return value

    async def _visit(
        self, state: asl.AnyState, name: str, value: Any, path: str, item: dict[str, Any]
    ) -> Visit:
        visit = self._visits.get(path)
        if visit and visit.exited_at:
            return visit
        if not visit:
            visit = Visit(path, name, self._clock.now())
            await self._journal.save(self._execution.name, visit)
        try:
            visit.output, visit.next = await self._enter(state, visit, value, item)
            limit_size(visit.output)
        except Failure as failure:
            visit.output, visit.next = None, None
            visit.error, visit.cause = failure.error, failure.cause
        visit.exited_at = self._clock.now()
        await self._journal.save(self._execution.name, visit)
        return visit

    async def _enter(self, state: asl.AnyState, visit: Visit, value: Any, item: dict[str, Any]) -> Left:
        context = self._context(visit, item)
        if isinstance(state, asl.Fail):
            raise Failure(
                text_of(state.error, state.error_path, value, context),
                text_of(state.cause, state.cause_path, value, context),
            )
        given = through(state.input_path, value, context)
        if isinstance(state, asl.Working):
            return await self._work(state, visit, value, given, item)
        after = state.next if isinstance(state, asl.Onward) else None
        result = given
        match state:
            case asl.Choice():
                after = choose(state, given, context)
            case asl.Pass():
                result = place(state.result_path, value, passed(state, given, context))
            case asl.Wait():
                await self._until(visit, self._end_of_wait(state, visit, given, context))
        return through(state.output_path, result, context), after

    async def _work(
        self, state: asl.Working, visit: Visit, value: Any, given: Any, item: dict[str, Any]
    ) -> Left:
        """A state that can fail, be tried again and be caught."""
        try:
            result = await self._tries(state, visit, given, item)
            context = self._context(visit, item)
            if state.result_selector is not None:
                result = render(state.result_selector, result, context)
            output = place(state.result_path, value, result)
            return through(state.output_path, output, context), state.next
        except Failure as failure:
            for catcher in state.catch:
                if matches(catcher.error_equals, failure.error):
                    caught = {"Error": failure.error, "Cause": failure.cause}
                    return place(catcher.result_path, value, caught), catcher.next
            raise

    async def _tries(self, state: asl.Working, visit: Visit, given: Any, item: dict[str, Any]) -> Any:
        if visit.due:  # it was in a backoff when it was interrupted
            await self._until(visit, visit.due)
        while True:
            try:
                return await self._once(state, visit, given, item)
            except Failure as failure:
                planned = plan_retry(state.retry, visit.retries, failure.error, self._clock.spread())
                if planned is None:
                    raise
            visit.retries, delay = planned
            await self._until(visit, self._clock.now() + timedelta(seconds=delay))

    async def _once(self, state: asl.Working, visit: Visit, given: Any, item: dict[str, Any]) -> Any:
        context = self._context(visit, item)
        inside = f"{visit.path}/{visit.attempt}/"
        match state:
            case asl.Task(resource=asl.ASK):
                return await self._ask(state, given, inside, context)
            case asl.Task():
                return await self._task(state, filled(state.parameters, given, context))
            case asl.Parallel():
                value = filled(state.parameters, given, context)
                branches = [
                    self._branch(branch, value, f"{inside}{index}/", item)
                    for index, branch in enumerate(state.branches)
                ]
                return await all_or_none(branches)
            case asl.Map():
                return await self._map(state, given, inside, context)
        raise TypeError(f"not a state that works: {state}")

    async def _task(self, state: asl.Task, parameters: Any) -> Any:
        integrated = state.resource == asl.INVOKE
        event = parameters.get("Payload", {}) if integrated else parameters
        limit_size(event)
        try:
            result = await self._invoke(state.function, event, state.timeout_seconds)
        except TimeoutError as error:
            raise _timed_out(state) from error
        limit_size(result)
        return invoked(result) if integrated else result

    async def _ask(self, state: asl.Task, given: Any, attempt: str, context: dict[str, Any]) -> Any:
        """Hand a function the task's token, then wait until somebody answers it. After a crash the token
        and the time stay, and a function that was told is not told again."""
        patience = state.timeout_seconds
        until = None if patience is None else self._clock.now() + timedelta(seconds=patience)
        asked = await self._journal.ask(self._execution.name, attempt, until)
        if not asked.told:
            event = filled(state.parameters, given, {**context, "Task": {"Token": asked.token}})
            try:
                await self._invoke(state.function, event.get("Payload", {}))
            except Failure:
                await self._journal.close_task(asked.token)
                raise
            await self._journal.note_told(asked.token)
        async with self._place.left():
            answer = await self._waiting.answer(asked.token, asked.until, self._clock.now, self._clock.sleep)
        if answer is None:
            raise _timed_out(state)
        if answer.error is not None:
            raise Failure(answer.error, answer.cause or "")
        return answer.output

    async def _map(self, state: asl.Map, given: Any, inside: str, context: dict[str, Any]) -> Any:
        items = evaluate(state.items_path, given, context, RUNTIME)
        if not isinstance(items, list):
            raise Failure(RUNTIME, f"ItemsPath {state.items_path!r} doesn't lead to a list")
        slots = asyncio.Semaphore(state.max_concurrency or len(items) or 1)

        async def iterate(index: int, value: Any) -> Any:
            item = {"Item": {"Index": index, "Value": value}}
            event = value
            if state.item_selector is not None:
                event = render(state.item_selector, given, {**context, "Map": item})
            async with slots:
                return await self._branch(state.item_processor, event, f"{inside}{index}/", item)

        return await all_or_none([iterate(index, value) for index, value in enumerate(items)])

    async def _until(self, visit: Visit, due: datetime) -> None:
        """Write down until when the visit waits, then wait."""
        if visit.due != due:
            visit.due = due
            await self._journal.save(self._execution.name, visit)
        left = (due - self._clock.now()).total_seconds()
        if left > 0:
            await self._clock.sleep(left)

    def _end_of_wait(self, state: asl.Wait, visit: Visit, given: Any, context: Any) -> datetime:
        if visit.due:
            return visit.due
        if state.timestamp or state.timestamp_path:
            when = state.timestamp or evaluate(state.timestamp_path or "$", given, context, RUNTIME)
            return moment(when)
        seconds = state.seconds
        if state.seconds_path:
            seconds = evaluate(state.seconds_path, given, context, RUNTIME)
        if not isinstance(seconds, int | float) or seconds < 0:
            raise Failure(RUNTIME, f"SecondsPath {state.seconds_path!r} doesn't lead to a number of seconds")
        return self._clock.now() + timedelta(seconds=seconds)

    def _context(self, visit: Visit, item: dict[str, Any]) -> dict[str, Any]:
        return context_of(self._execution, visit, item)


def _timed_out(state: asl.Task) -> Failure:
    return Failure(TIMEOUT, f"no answer within {state.timeout_seconds:g} seconds")


async def all_or_none(work: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """All results in order; the first failure cancels the rest and is raised."""
    running = [asyncio.ensure_future(one) for one in work]
    if not running:
        return []
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_EXCEPTION)
        for task in running:
            if task in done and (error := task.exception()):
                raise error
        return [task.result() for task in running]
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
