"""The interpreter, with functions that are plain Python and a clock that doesn't wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from local.asl import ASK, INVOKE, Machine, Retrier, load_machine
from local.dataflow import plan_retry
from local.failure import Failure
from local.machine import Clock, Run
from local.visits import TokenAnswer
from tests.support.journals import NOON, JournalContract, MemoryJournal

FUNCTIONS = ("one", "two", "slow", "flaky")


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def journal(self) -> MemoryJournal:
        return MemoryJournal()

    @pytest.fixture
    def enqueue(self, journal: MemoryJournal) -> Callable[[str, Any], None]:
        return journal.enqueue

    @pytest.fixture
    def answer(self, journal: MemoryJournal) -> Callable[[TokenAnswer], bool | None]:
        return journal.answer


class FakeClock:
    """Sleeping moves the time on."""

    def __init__(self) -> None:
        self.time = NOON
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.time += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def clock(self, spread: float = 1.0) -> Clock:
        return Clock(lambda: self.time, self.sleep, lambda: spread)


class Functions:
    """Answers by name: exceptions are raised, a list gives one answer a call, callables are asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[tuple[str, Any]] = []

    async def __call__(self, function: str, event: Any, timeout_seconds: float | None = None) -> Any:
        self.calls.append((function, event))
        answer = self.answers.get(function, event)
        if isinstance(answer, list):
            answer = answer.pop(0)
        if callable(answer):
            answer = await answer(event)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


def machine(start: str, **states: dict[str, Any]) -> Machine:
    return load_machine(json.dumps({"StartAt": start, "States": states}), FUNCTIONS)


def task(function: str, **fields: Any) -> dict[str, Any]:
    made = {"Type": "Task", "Resource": f"${{{function}}}", **fields}
    return made if "Next" in made else made | {"End": True}


async def run(
    definition: Machine,
    value: Any,
    functions: Functions,
    journal: MemoryJournal | None = None,
    clock: Clock | None = None,
) -> Any:
    journal = journal or MemoryJournal()
    journal.enqueue("run-1", value)
    (execution,) = await journal.running()
    return await Run(definition, execution, functions, journal, clock or FakeClock().clock()).to_the_end()


async def failing(definition: Machine, value: Any, functions: Functions, **more: Any) -> Failure:
    with pytest.raises(Failure) as caught:
        await run(definition, value, functions, **more)
    return caught.value


async def test_values_pass_from_state_to_state() -> None:
    definition = machine(
        "first",
        first=task(
            "one",
            InputPath="$.in",
            Parameters={"n.$": "$.n", "who.$": "$$.Execution.Name", "fixed": 1},
            ResultSelector={"twice.$": "$.answer"},
            ResultPath="$.made.here",
            Next="second",
        ),
        second=task("two", ResultPath=None, OutputPath="$.made", Next="third"),
        third={"Type": "Pass", "Parameters": {"all.$": "$"}, "ResultPath": "$.kept", "End": True},
    )
    functions = Functions(one={"answer": 4, "more": 0}, two={"dropped": True})
    output = await run(definition, {"in": {"n": 2}, "x": 0}, functions)
    assert output == {"here": {"twice": 4}, "kept": {"all": {"here": {"twice": 4}}}}
    assert functions.calls == [
        ("one", {"n": 2, "who": "run-1", "fixed": 1}),
        ("two", {"in": {"n": 2}, "x": 0, "made": {"here": {"twice": 4}}}),
    ]


async def test_retries_back_off_up_to_their_limit_each_kind_on_its_own() -> None:
    retry = [
        {"ErrorEquals": ["RateLimited"], "IntervalSeconds": 5, "MaxAttempts": 2, "BackoffRate": 3},
        {
            "ErrorEquals": ["Retryable"],
            "IntervalSeconds": 2,
            "BackoffRate": 2,
            "MaxAttempts": 3,
            "MaxDelaySeconds": 5,
            "JitterStrategy": "FULL",
        },
    ]
    again, busy = Failure("Retryable"), Failure("RateLimited")
    functions = Functions(flaky=[again, busy, again, again, busy, {"ok": True}])
    time = FakeClock()
    definition = machine("work", work=task("flaky", Retry=retry))
    assert await run(definition, {}, functions, clock=time.clock(spread=0.5)) == {"ok": True}
    assert time.slept == [1.0, 5.0, 2.0, 2.5, 15.0]

    functions = Functions(flaky=[busy, busy, busy])
    failure = await failing(definition, {}, functions)
    assert (failure.error, len(functions.calls)) == ("RateLimited", 3)


@pytest.mark.parametrize(
    ("names", "error", "caught"),
    [
        (["Permanent"], "Permanent", True),
        (["Permanent"], "Retryable", False),
        (["States.ALL"], "States.Timeout", True),
        (["States.TaskFailed"], "Sandbox.Timedout", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.ALL"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
    ],
)
async def test_a_catcher_catches_by_name(names: list[str], error: str, caught: bool) -> None:
    catch = [{"ErrorEquals": names, "ResultPath": "$.failure.work", "Next": "fail"}]
    definition = machine("work", work=task("one", Catch=catch), fail=task("two"))
    functions = Functions(one=Failure(error, "why"))
    if caught:
        output = await run(definition, {"id": 1}, functions)
        assert output == {"id": 1, "failure": {"work": {"Error": error, "Cause": "why"}}}
    else:
        assert (await failing(definition, {"id": 1}, functions)).error == error


async def test_a_timeout_has_its_own_name() -> None:
    definition = machine("work", work=task("one", TimeoutSeconds=3))
    failure = await failing(definition, {}, Functions(one=TimeoutError()))
    assert (failure.error, failure.cause) == ("States.Timeout", "no answer within 3 seconds")


async def test_fail_takes_its_texts_from_the_input() -> None:
    definition = machine(
        "no", no={"Type": "Fail", "ErrorPath": "$.name", "CausePath": "States.JsonToString($.failure)"}
    )
    failure = await failing(definition, {"name": "Bad", "failure": {"voice": {"Error": "x"}}}, Functions())
    assert (failure.error, failure.cause) == ("Bad", '{"voice":{"Error":"x"}}')


async def test_parallel_gives_all_results_and_its_first_failure_cancels_the_rest() -> None:
    ended: list[str] = []

    async def slow(event: Any) -> Any:
        await asyncio.sleep(30)
        ended.append("slow")

    def branches(*functions: str) -> Machine:
        return machine(
            "both",
            both={
                "Type": "Parallel",
                "Branches": [{"StartAt": name, "States": {name: task(name)}} for name in functions],
                "ResultPath": "$.both",
                "Catch": [{"ErrorEquals": ["Permanent"], "ResultPath": "$.failure", "Next": "caught"}],
                "End": True,
            },
            caught={"Type": "Succeed"},
        )

    output = await run(branches("one", "two"), {"n": 1}, Functions(two="second"))
    assert output == {"n": 1, "both": [{"n": 1}, "second"]}
    output = await run(branches("slow", "one"), {}, Functions(slow=slow, one=Failure("Permanent", "no")))
    assert output == {"failure": {"Error": "Permanent", "Cause": "no"}}
    assert ended == []


def film(**fields: Any) -> Machine:
    return machine(
        "film",
        film={
            "Type": "Map",
            "ItemsPath": "$.jobs",
            "ItemSelector": {"job.$": "$$.Map.Item.Value", "n.$": "$$.Map.Item.Index", "id.$": "$.id"},
            "ItemProcessor": {"StartAt": "scene", "States": {"scene": task("one")}},
            "End": True,
            **fields,
        },
    )


async def test_map_runs_each_item_and_no_more_at_once_than_allowed() -> None:
    at_once, most = 0, 0

    async def one(event: Any) -> Any:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        return event["job"] * 2

    functions = Functions(one=one)
    output = await run(film(MaxConcurrency=3), {"id": 9, "jobs": [f"j{n}" for n in range(10)]}, functions)
    assert output == [f"j{n}j{n}" for n in range(10)]
    assert most == 3
    assert functions.calls[4] == ("one", {"job": "j4", "n": 4, "id": 9})
    assert await run(film(), {"id": 9, "jobs": []}, Functions()) == []
    assert (await failing(film(), {"id": 9, "jobs": "none"}, Functions())).error == "States.Runtime"


async def test_a_retried_map_runs_all_items_again() -> None:
    functions = Functions(one=["a", Failure("Retryable"), "c", "d"])
    definition = film(Retry=[{"ErrorEquals": ["Retryable"], "MaxAttempts": 1}])
    assert await run(definition, {"id": 1, "jobs": [1, 2]}, functions) == ["c", "d"]


async def test_choice_pass_and_wait() -> None:
    definition = machine(
        "which",
        which={
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericGreaterThan": 5, "Next": "wait"}],
            "Default": "small",
        },
        wait={"Type": "Wait", "SecondsPath": "$.n", "Next": "done"},
        small={"Type": "Pass", "Result": {"size": "small"}, "ResultPath": "$.judged", "Next": "done"},
        done={"Type": "Succeed", "OutputPath": "$.n"},
    )
    time = FakeClock()
    assert await run(definition, {"n": 7}, Functions(), clock=time.clock()) == 7
    assert time.slept == [7]
    assert await run(definition, {"n": 2}, Functions()) == 2
    nothing_fits = machine("which", which={"Type": "Choice", "Choices": [
        {"Variable": "$.n", "IsNull": True, "Next": "end"}]}, end={"Type": "Succeed"})  # fmt: skip
    assert (await failing(nothing_fits, {"n": 2}, Functions())).error == "States.NoChoiceMatched"


async def test_wait_until_a_timestamp() -> None:
    definition = machine("wait", wait={"Type": "Wait", "TimestampPath": "$.at", "End": True})
    time = FakeClock()
    await run(definition, {"at": (NOON + timedelta(hours=1)).isoformat()}, Functions(), clock=time.clock())
    assert time.slept == [3600]
    assert (await failing(definition, {"at": "noon"}, Functions())).error == "States.Runtime"


async def test_payloads_above_256_kb_end_the_execution() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "after"}]
    definition = machine("work", work=task("one", Catch=catch), after={"Type": "Succeed"})
    failure = await failing(definition, {}, Functions(one="é" * 131_072))
    assert failure.error == "States.DataLimitExceeded"
    assert len(await run(definition, {}, Functions(one="é" * 131_071))) == 131_071


PATH = machine(
    "first",
    first=task("one", ResultPath="$.one", Next="film"),
    film={
        "Type": "Map",
        "ItemsPath": "$.jobs",
        "ItemProcessor": {"StartAt": "scene", "States": {"scene": task("slow")}},
        "MaxConcurrency": 1,
        "ResultPath": "$.scenes",
        "Next": "last",
    },
    last=task("flaky", Retry=[{"ErrorEquals": ["Retryable"], "MaxAttempts": 2, "IntervalSeconds": 60}]),
)


async def interrupted(functions: Functions, journal: MemoryJournal, time: FakeClock) -> None:
    """Run until `slow` is asked for item 2, or a backoff lasts, then vanish as a killed process does."""
    journal.enqueue("run-1", {"jobs": [0, 1, 2]})
    (execution,) = await journal.running()
    running = asyncio.create_task(Run(PATH, execution, functions, journal, time.clock()).to_the_end())
    await asyncio.sleep(0.05)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_resumed_run_does_not_repeat_what_was_finished() -> None:
    async def hang_on_the_third(event: Any) -> Any:
        if event == 2:
            await asyncio.sleep(30)
        return event * 10

    journal, time = MemoryJournal(), FakeClock()
    before = Functions(one={"paid": True}, slow=hang_on_the_third)
    await interrupted(before, journal, time)
    assert before.names == ["one", "slow", "slow", "slow"]

    after = Functions(slow=lambda event: asyncio.sleep(0, event * 10))
    output = await run(PATH, None, after, journal, time.clock())
    assert after.calls == [
        ("slow", 2),
        ("flaky", {"jobs": [0, 1, 2], "one": {"paid": True}, "scenes": [0, 10, 20]}),
    ]
    assert output["scenes"] == [0, 10, 20]


async def test_retries_and_their_waiting_count_on_after_a_crash() -> None:
    class StopsInBackoff(FakeClock):
        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(30)

    journal, time = MemoryJournal(), StopsInBackoff()
    before = Functions(slow=1, flaky=[Failure("Retryable")])
    await interrupted(before, journal, time)
    assert before.names[-1] == "flaky"

    later = FakeClock()
    later.time = NOON + timedelta(seconds=45)  # of the 60 seconds
    after = Functions(flaky=[Failure("Retryable"), Failure("Retryable")])
    journal_failure = await failing(PATH, None, after, journal=journal, clock=later.clock())
    assert journal_failure.error == "Retryable"
    assert later.slept == [15, 120]
    assert after.names == ["flaky", "flaky"]


async def test_a_wait_keeps_its_due_time_after_a_crash() -> None:
    definition = machine("wait", wait={"Type": "Wait", "Seconds": 100, "End": True})
    journal, time = MemoryJournal(), FakeClock()
    journal.enqueue("run-1", {})
    (execution,) = await journal.running()
    stuck = Clock(lambda: time.time, lambda _: asyncio.sleep(30), lambda: 1.0)
    running = asyncio.create_task(Run(definition, execution, Functions(), journal, stuck).to_the_end())
    await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    time.time += timedelta(seconds=70)
    await run(definition, None, Functions(), journal, time.clock())
    assert time.slept == [30]


async def test_a_finished_run_replays_without_any_call() -> None:
    journal = MemoryJournal()
    first = await run(PATH, {"jobs": [1]}, Functions(), journal)
    nothing = Functions()
    assert await run(PATH, None, nothing, journal) == first
    assert nothing.calls == []


def asking(**fields: Any) -> Machine:
    payload = {"n.$": "$.n", "token.$": "$$.Task.Token"}
    parameters = {"FunctionName": "${one}", "Payload": payload}
    return machine(
        "ask", ask={"Type": "Task", "Resource": ASK, "Parameters": parameters, "End": True, **fields}
    )


def answering(journal: MemoryJournal, **answer: Any) -> Functions:
    """`one` answers the token that it is given, as somebody does who is quicker than it."""

    async def one(event: Any) -> None:
        journal.answer(TokenAnswer(event["token"], **answer))

    return Functions(one=one)


async def test_a_task_waits_until_its_token_is_answered() -> None:
    journal = MemoryJournal()
    functions = answering(journal, output={"approved": True})
    assert await run(asking(ResultPath="$.said"), {"n": 3}, functions, journal) == {
        "n": 3,
        "said": {"approved": True},
    }
    assert functions.calls == [("one", {"n": 3, "token": "token 0 of run-1"})]

    journal = MemoryJournal()
    catch = [{"ErrorEquals": ["Rejected"], "ResultPath": "$.why", "Next": "no"}]
    definition = machine(
        "ask",
        ask={
            "Type": "Task", "Resource": ASK, "Catch": catch, "End": True,
            "Parameters": {"FunctionName": "${one}", "Payload": {"token.$": "$$.Task.Token"}},
        },
        no={"Type": "Succeed"},
    )  # fmt: skip
    rejecting = answering(journal, error="Rejected", cause="dull")
    output = await run(definition, {}, rejecting, journal)
    assert output == {"why": {"Error": "Rejected", "Cause": "dull"}}


async def test_nobody_answers_in_time_and_cannot_afterwards() -> None:
    journal, time = MemoryJournal(), FakeClock()
    failure = await failing(
        asking(TimeoutSeconds=60), {"n": 1}, Functions(), journal=journal, clock=time.clock()
    )
    assert (failure.error, time.slept) == ("States.Timeout", [60])
    assert journal.answer(TokenAnswer("token 0 of run-1", {})) is False


async def test_a_function_that_fails_to_ask_is_tried_again_with_another_token() -> None:
    journal = MemoryJournal()
    calls: list[str] = []

    async def one(event: Any) -> None:
        calls.append(event["token"])
        if len(calls) == 1:
            raise Failure("Retryable")
        assert journal.answer(TokenAnswer(calls[0], {})) is False
        journal.answer(TokenAnswer(event["token"], {"ok": 1}))

    definition = asking(Retry=[{"ErrorEquals": ["Retryable"]}])
    assert await run(definition, {"n": 1}, Functions(one=one), journal) == {"ok": 1}
    assert len(set(calls)) == 2


async def test_a_resumed_wait_keeps_its_token_and_its_time_and_asks_nobody_again() -> None:
    journal, time = MemoryJournal(), FakeClock()
    journal.enqueue("run-1", {"n": 1})
    (execution,) = await journal.running()
    stuck = Clock(lambda: time.time, lambda _: asyncio.sleep(30), lambda: 1.0)
    functions = Functions()
    definition = asking(TimeoutSeconds=100)
    running = asyncio.create_task(Run(definition, execution, functions, journal, stuck).to_the_end())
    await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert functions.names == ["one"]

    time.time += timedelta(seconds=70)
    nothing = Functions()
    failure = await failing(definition, None, nothing, journal=journal, clock=time.clock())
    assert (failure.error, time.slept, nothing.calls) == ("States.Timeout", [30], [])


async def test_lambda_invoke_wraps_what_the_function_answers() -> None:
    definition = machine(
        "call",
        call={
            "Type": "Task", "Resource": INVOKE, "End": True,
            "Parameters": {"FunctionName": "${one}", "Payload.$": "$"},
            "ResultSelector": {"said.$": "$.Payload", "status.$": "$.StatusCode"},
        },
    )  # fmt: skip
    assert await run(definition, {"n": 1}, Functions(one="hello")) == {"said": "hello", "status": 200}


def test_a_resumed_run_may_find_a_retrier_that_is_new() -> None:
    """A definition was changed while it ran: what was made of the old retriers still counts."""
    retriers = [Retrier(ErrorEquals=(name,), MaxAttempts=1) for name in ("Retryable", "Lambda.Busy")]
    assert plan_retry(retriers, (1,), "Lambda.Busy", 1.0) == ((1, 1), 1.0)
    assert plan_retry(retriers, (1,), "Retryable", 1.0) is None
