"""Functions under the genuine Lambda runtime client, in processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.catalogue import read_functions
from local.environment import WorkerEnvironment
from local.failure import Failure
from local.product import PROJECT
from local.workers import Workers
from tests.support.processes import eventually, processes_of

LAMBDAS = PROJECT / "tests" / "support" / "lambdas" / "functions.toml"
Make = Callable[..., Workers]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    made: list[Workers] = []

    def workers(**options: Any) -> Workers:
        environment = WorkerEnvironment(
            task_root=PROJECT,
            machine={"PATH": os.environ["PATH"], "AWS_SECRET_ACCESS_KEY": "not to be seen"},
            settings={"LEADREEL_HOME": str(tmp_path)},
            secrets={"ELEVENLABS_API_KEY": "eleven", "OPENROUTER_API_KEY": "router"},
            database_url="postgresql://app",
        )
        functions = read_functions(LAMBDAS, "tests.support.lambdas")
        made.append(Workers(functions, environment, tmp_path, **options))
        return made[-1]

    yield workers
    for one in made:
        await one.stop()
    assert processes_of(tmp_path) == []
    assert not (tmp_path / "scratch").exists()


@pytest.fixture
def workers(make: Make) -> Workers:
    return make()


def log(home: Path, function: str) -> str:
    return (home / "logs" / f"{function}.log").read_text()


async def failing(workers: Workers, function: str, event: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Failure) as caught:
        await workers.invoke(function, event)
    return caught.value.error, json.loads(caught.value.cause)


async def test_events_and_answers_are_json_and_a_warm_call_is_quick(workers: Workers) -> None:
    event = {"text": "né 🙂 \u2028 \u0000", "n": [1, 2.5, None, True]}
    assert await workers.invoke("probe", event) == event
    quickest = 1.0
    for _ in range(50):
        begun = time.perf_counter()
        await workers.invoke("probe", {})
        quickest = min(quickest, time.perf_counter() - begun)
    assert quickest < 0.02  # Nagle's algorithm alone would take 0.04
    context = await workers.invoke("probe", {"do": "context"})
    assert 15_000 < context["left_ms"] <= 20_000


async def test_a_worker_sees_a_scrubbed_environment(workers: Workers, tmp_path: Path) -> None:
    seen = await workers.invoke("probe", {"do": "environment"})
    variables = seen["variables"]
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == "leadreel-probe"
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert variables["ELEVENLABS_API_KEY"] == "eleven"
    for absent in ("OPENROUTER_API_KEY", "AWS_SECRET_ACCESS_KEY", "DATABASE_URL"):
        assert absent not in variables
    assert Path(seen["folder"]).parent == tmp_path / "scratch"
    assert seen["session"] == seen["pid"]
    assert "DATABASE_URL" in (await workers.invoke("heavy", {"do": "environment"}))["variables"]


async def test_an_exception_is_told_as_lambda_tells_it(workers: Workers) -> None:
    error, cause = await failing(workers, "probe", {"do": "raise"})
    assert (error, cause["errorMessage"]) == ("LookupError", "no 'such' thing: é")
    assert "probe/handler.py" in cause["stackTrace"][0]
    assert await workers.invoke("probe", {"n": 1}) == {"n": 1}


async def test_a_timeout_kills_the_worker_and_all_that_it_started(workers: Workers, tmp_path: Path) -> None:
    left = tmp_path / "left.pid"
    error, cause = await failing(
        workers, "hasty", {"do": "leave behind", "seconds": 30, "pid_file": str(left)}
    )
    assert error == "Sandbox.Timedout"
    assert cause["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert eventually(lambda: not psutil.pid_exists(int(left.read_text())))
    assert "\tBilled Duration: 1" in log(tmp_path, "hasty")
    assert log(tmp_path, "hasty").endswith("\tStatus: timeout\n")
    assert await workers.invoke("hasty", {"n": 1}) == {"n": 1}


async def test_a_worker_that_dies_is_an_exit_error(workers: Workers, tmp_path: Path) -> None:
    error, cause = await failing(workers, "probe", {"do": "exit"})
    assert error == "Runtime.ExitError"
    assert cause["errorMessage"].endswith("Error: Runtime exited with error: exit status 3")
    assert "about to exit\n" in log(tmp_path, "probe")
    assert log(tmp_path, "probe").endswith("\tStatus: error\tError Type: Runtime.ExitError\n")


async def test_a_worker_above_its_memory_is_killed(workers: Workers) -> None:
    error, cause = await failing(workers, "probe", {"do": "memory", "megabytes": 400})
    assert error == "Runtime.OutOfMemory"
    assert cause["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert await workers.invoke("probe", {"n": 1}) == {"n": 1}


async def test_a_function_that_cannot_be_imported_says_so(workers: Workers) -> None:
    error, cause = await failing(workers, "broken", {})
    assert error == "Runtime.ImportModuleError"
    assert "no_such_module" in cause["errorMessage"]


async def test_payloads_end_at_six_megabytes(workers: Workers) -> None:
    assert (
        len(await workers.invoke("probe", {"do": "answer", "bytes": 6 * 1024 * 1024 - 2}))
        == 6 * 1024 * 1024 - 2
    )
    assert (await failing(workers, "probe", {"do": "answer", "bytes": 6 * 1024 * 1024}))[0] == (
        "Function.ResponseSizeTooLarge"
    )
    assert (await failing(workers, "probe", {"text": "x" * 6 * 1024 * 1024}))[0] == (
        "Lambda.RequestTooLargeException"
    )
    assert await workers.invoke("probe", {"text": "x" * 5_000_000})


async def test_heavy_functions_never_outnumber_the_cores(make: Make, tmp_path: Path) -> None:
    workers, notes = make(cores=1), tmp_path / "notes"
    event = {"do": "sleep", "seconds": 0.3, "notes": str(notes)}
    begun = time.perf_counter()
    await asyncio.gather(*(workers.invoke("heavy", event | {"text": str(n)}) for n in range(3)))
    assert time.perf_counter() - begun > 0.9
    assert notes.read_text().split() == ["0", "1", "2"]  # in the order they came
    pids = {(await workers.invoke("heavy", {"do": "environment"}))["pid"] for _ in range(2)}
    assert len(pids) == 1


async def test_a_timeout_counts_the_work_and_not_the_waiting(make: Make, tmp_path: Path) -> None:
    workers, notes = make(cores=1), tmp_path / "notes"
    await workers.invoke("heavy", {})
    event = {"do": "sleep", "seconds": 0.6, "notes": str(notes), "text": "x"}
    await asyncio.gather(*(workers.invoke("heavy", event, timeout_seconds=0.9) for _ in range(3)))
    with pytest.raises(TimeoutError):
        await workers.invoke("heavy", event | {"seconds": 5}, timeout_seconds=0.2)


async def test_idle_workers_go(make: Make, tmp_path: Path) -> None:
    workers = make(idle_seconds=0.2)
    first = await workers.invoke("probe", {"do": "environment"})
    for _ in range(200):
        await asyncio.sleep(0.05)
        if not (left := processes_of(tmp_path)):
            break
    assert left == []
    second = await workers.invoke("probe", {"do": "environment"})
    assert second["pid"] != first["pid"]


async def test_a_warm_worker_that_was_killed_is_replaced(workers: Workers) -> None:
    first = await workers.invoke("probe", {"do": "environment"})
    psutil.Process(first["pid"]).kill()
    await asyncio.sleep(0.5)
    assert (await workers.invoke("probe", {"do": "environment"}))["pid"] != first["pid"]


async def test_reports_and_invocation_lines_reach_the_costs_function_once(
    workers: Workers, tmp_path: Path
) -> None:
    await workers.invoke("probe", {"do": "print"})
    await workers.invoke("probe", {})
    await workers.flush()
    await workers.flush()
    lines = (tmp_path / "ingested.txt").read_text().splitlines()
    assert [line.split(" ", 2)[1][:6] for line in lines] == ['{"mess', "REPORT", "REPORT"]
    assert all(line.startswith("/aws/lambda/leadreel-probe ") for line in lines)
    assert "Init Duration" in lines[1]
    assert "Init Duration" not in lines[2]
    written = log(tmp_path, "probe").splitlines()
    assert written[0].startswith("START RequestId: ")
    assert written[2] == "no line of interest"
    assert written[3].startswith("END RequestId: ")
    assert lines[1].endswith(written[4])


async def test_lines_that_could_not_be_handed_on_wait(tmp_path: Path, make: Make) -> None:
    workers = make()
    (tmp_path / "ingested.txt").mkdir()  # so that the function fails
    await workers.invoke("probe", {})
    with pytest.raises(Failure):
        await workers.flush()
    (tmp_path / "ingested.txt").rmdir()
    await workers.flush()
    assert len((tmp_path / "ingested.txt").read_text().splitlines()) == 1
