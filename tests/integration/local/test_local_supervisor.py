"""The whole runtime of a home: it resumes, keeps to itself and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from local.asl import ASK
from local.home import HomeInUse, find_running
from local.journal import answer_task, enqueue, stop_execution
from local.product import PROJECT, Product
from local.server import PortBusy
from local.supervisor import MigrationFailed, Runtime
from local.visits import Execution, TokenAnswer
from shared.accounts import open_workspace
from shared.database import Database
from shared.storage import FileStorage
from shared.videos import VideoRequest, create_video
from tests.support.processes import eventually, processes_of
from tests.support.runtime_process import product, settings

Starter = subprocess.Popen[bytes]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """`first`, then a map over two scenes of which the second waits for the file `go`, then `last`."""
    notes = str(tmp_path / "notes")

    def task(next_state: str | None, **event: str) -> dict[str, object]:
        made = {
            "Type": "Task",
            "Resource": "${probe}",
            "ResultPath": None,
            "Parameters": {"notes": notes, **event},
        }
        return made | ({"Next": next_state} if next_state else {"End": True})

    definition = {
        "StartAt": "first",
        "States": {
            "first": task("scenes", **{"do": "note", "text": "first"}),
            "scenes": {
                "Type": "Map",
                "ItemsPath": "$.scenes",
                "ItemSelector": {"do.$": "$$.Map.Item.Value", "text.$": "$$.Map.Item.Value",
                                 "notes": notes, "file": str(tmp_path / "go")},
                "ItemProcessor": {"StartAt": "scene", "States": {
                    "scene": {"Type": "Task", "Resource": "${heavy}", "End": True}}},
                "ResultPath": None,
                "Next": "last",
            },
            "last": task(None, **{"do": "note", "text": "last"}),
        },
    }  # fmt: skip
    path = tmp_path / "machine.json"
    path.write_text(json.dumps(definition))
    return path


SCENES = {"scenes": ["note", "until"]}


def notes(tmp_path: Path) -> list[str]:
    path = tmp_path / "notes"
    return path.read_text().split() if path.exists() else []


def start(home: Path, machine: Path) -> Starter:
    """A runtime in a process of its own."""
    starter = subprocess.Popen(
        [sys.executable, "-m", "tests.support.runtime_process", str(home), str(machine)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
    )
    assert starter.stdout
    with starter.stdout:
        assert starter.stdout.readline() == b"ready\n"
    return starter


@pytest.fixture
def started(tmp_path: Path, machine: Path) -> Iterator[Starter]:
    """A runtime in a process of its own, in the middle of an execution: `until` waits for the file."""
    home = tmp_path / "home"
    starter = start(home, machine)
    running = find_running(home)
    assert running and running.pid == starter.pid
    enqueue(running.app_url, "machine", "one", SCENES)
    assert eventually(lambda: sorted(notes(tmp_path)) == ["first", "note", "until"])
    yield starter
    starter.kill()
    starter.wait(10)
    assert eventually(lambda: not processes_of(home))


async def finishes(tmp_path: Path, machine: Path) -> None:
    (tmp_path / "go").touch()
    async with Runtime(settings(tmp_path / "home"), product=product(machine)) as runtime:
        execution = await runtime.wait("one")
        assert (execution.status, execution.output) == ("SUCCEEDED", SCENES)
    assert sorted(notes(tmp_path)) == ["first", "last", "note", "until", "until"]
    assert processes_of(tmp_path / "home") == []


async def test_a_killed_supervisor_leaves_no_process_and_the_next_goes_on(
    tmp_path: Path, machine: Path, started: Starter
) -> None:
    home = tmp_path / "home"
    assert len(processes_of(home)) > 5
    started.kill()
    started.wait(10)
    assert find_running(home) is None
    await finishes(tmp_path, machine)


async def test_after_a_kill_of_everything_the_next_goes_on(
    tmp_path: Path, machine: Path, started: Starter
) -> None:
    for process in [psutil.Process(started.pid), *processes_of(tmp_path / "home")]:
        if process.is_running():
            process.kill()
    started.wait(10)
    await finishes(tmp_path, machine)


async def test_asked_to_stop_it_ends_in_order(tmp_path: Path, machine: Path, started: Starter) -> None:
    home = tmp_path / "home"
    with pytest.raises(HomeInUse, match=f"process {started.pid}"):
        await Runtime(settings(home), product=product(machine)).start()
    started.send_signal(signal.SIGTERM)
    assert started.wait(20) == 0
    assert processes_of(home) == []
    assert find_running(home) is None
    await finishes(tmp_path, machine)


@pytest.fixture
def asking(tmp_path: Path) -> Path:
    """Notes the token of a task that waits for an answer, then `last`."""
    notes = {"do": "note", "notes": str(tmp_path / "notes")}
    payload = notes | {"text.$": "$$.Task.Token"}
    definition = {
        "StartAt": "ask",
        "States": {
            "ask": {
                "Type": "Task",
                "Resource": ASK,
                "Parameters": {"FunctionName": "${probe}", "Payload": payload},
                "TimeoutSeconds": 600,
                "ResultPath": "$.answer",
                "Next": "last",
            },
            "last": {
                "Type": "Task",
                "Resource": "${probe}",
                "Parameters": notes | {"text": "last"},
                "ResultPath": None,
                "End": True,
            },
        },
    }
    path = tmp_path / "asking.json"
    path.write_text(json.dumps(definition))
    return path


async def test_a_wait_for_somebody_outlives_a_kill_of_everything(tmp_path: Path, asking: Path) -> None:
    home = tmp_path / "home"
    starter = start(home, asking)
    try:
        running = find_running(home)
        assert running
        enqueue(running.app_url, "machine", "one", {"n": 1})
        assert eventually(lambda: len(notes(tmp_path)) == 1)
        for process in [psutil.Process(starter.pid), *processes_of(home)]:
            if process.is_running():
                process.kill()
    finally:
        starter.kill()
        starter.wait(10)
    [token] = notes(tmp_path)
    async with Runtime(settings(home), product=product(asking)) as runtime:
        await asyncio.sleep(0.5)
        assert notes(tmp_path) == [token]  # nobody is asked again
        owner_url = runtime.info.owner_url
        assert await asyncio.to_thread(answer_task, owner_url, TokenAnswer(token, {"yes": True}))
        execution = await runtime.wait("one")
        assert (execution.status, execution.output) == ("SUCCEEDED", {"n": 1, "answer": {"yes": True}})
    assert notes(tmp_path) == [token, "last"]


async def test_a_stopped_execution_ends_its_heavy_workers(tmp_path: Path, machine: Path) -> None:
    home = tmp_path / "home"
    async with Runtime(settings(home), product=product(machine)) as runtime:
        await runtime.enqueue("machine", "one", SCENES)
        assert await asyncio.to_thread(eventually, lambda: "until" in notes(tmp_path))

        def heavy() -> list[psutil.Process]:
            return [
                one for one in processes_of(home) if "tests.support.lambdas.heavy" in " ".join(one.cmdline())
            ]

        stuck = heavy()
        await asyncio.to_thread(stop_execution, runtime.info.owner_url, "one", "Cancelled", "why")
        assert (await runtime.wait("one")).status == "ABORTED"
        assert await asyncio.to_thread(eventually, lambda: any(not process.is_running() for process in stuck))
        await runtime.enqueue("machine", "two", {"scenes": ["note"]})  # its place is free again
        assert (await runtime.wait("two")).status == "SUCCEEDED"


async def test_two_homes_do_not_disturb_each_other(tmp_path: Path, machine: Path) -> None:
    (tmp_path / "go").touch()
    homes = [tmp_path / "a", tmp_path / "b"]
    runtimes = [Runtime(settings(home), product=product(machine)) for home in homes]
    await asyncio.gather(*(runtime.start() for runtime in runtimes))
    await asyncio.gather(*(runtime.enqueue("machine", "one", SCENES) for runtime in runtimes))
    ended = [await runtime.wait("one") for runtime in runtimes]
    assert [execution.status for execution in ended] == ["SUCCEEDED", "SUCCEEDED"]
    await runtimes[0].enqueue("machine", "only in a", SCENES)
    await runtimes[0].wait("only in a")
    assert await runtimes[1].execution("only in a") is None
    await runtimes[0].stop()
    assert processes_of(homes[0]) == []
    assert find_running(homes[1])
    assert (await runtimes[1].execution("one")) == ended[1]
    await runtimes[1].stop()
    assert processes_of(homes[1]) == []


async def test_the_edge_serves_what_is_public_and_asks_the_api(tmp_path: Path, machine: Path) -> None:
    home = tmp_path / "home"
    media = home / "storage" / "public" / "media" / "1.mp4"
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<h1>Demo</h1>")
    async with Runtime(settings(home), port=0, product=product(machine, site)) as runtime:
        media.parent.mkdir(parents=True)
        media.write_bytes(b"0123456789")
        async with httpx.AsyncClient(base_url=runtime.info.url, trust_env=False) as client:
            part = await client.get("/media/1.mp4", headers={"Range": "bytes=2-4"})
            assert (part.status_code, part.content) == (206, b"234")
            answer = await client.post("/api/v1/videos?x=1", content=b"{}")
            assert answer.json() == {"path": "/api/v1/videos", "query": {"x": "1"}, "size": 2}
            assert answer.cookies["seen"] == "1"
            quickest = min([(await client.get("/health")).elapsed.total_seconds() for _ in range(20)])
            assert quickest < 0.03  # a socket with Nagle's algorithm would take 0.04 each time
            assert (await client.get(f"{runtime.info.demo_url}/")).text == "<h1>Demo</h1>"
        seen = await runtime.workers.invoke("probe", {"do": "environment"})
        assert seen["variables"]["RECORDING_ALLOW_HOSTS"] == runtime.info.demo_url.removeprefix("http://")
        first = runtime.info
    async with Runtime(settings(home), port=0, product=product(machine, site)) as runtime:
        assert runtime.info.demo_url == first.demo_url


async def test_a_busy_port_is_named_with_the_cure_and_nothing_stays(tmp_path: Path, machine: Path) -> None:
    home = tmp_path / "home"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortBusy, match=rf"port {port} .* PORT="):
            await Runtime(settings(home), port=port, product=product(machine)).start()
    assert processes_of(home) == []
    assert find_running(home) is None


async def test_a_failed_migration_stops_the_start(tmp_path: Path, machine: Path) -> None:
    functions = tmp_path / "functions.toml"
    functions.write_text("[migrate]\nmemory_mb = 256\ntimeout_seconds = 5\n")
    (tmp_path / "broken" / "migrate").mkdir(parents=True)
    (tmp_path / "broken" / "migrate" / "handler.py").write_text(
        "def handler(event, context):\n    raise ValueError('no such revision')\n"
    )
    broken = Product(functions, {}, tmp_path, "broken", None)
    with pytest.raises(MigrationFailed, match="no such revision"):
        await Runtime(settings(tmp_path / "home"), product=broken).start()
    assert processes_of(tmp_path / "home") == []


async def test_a_database_that_was_killed_is_started_again(tmp_path: Path, machine: Path) -> None:
    (tmp_path / "go").touch()
    home = tmp_path / "home"
    async with Runtime(settings(home), product=product(machine)) as runtime:
        pid_file = home / "postgres" / "postmaster.pid"
        psutil.Process(int(pid_file.read_text().splitlines()[0])).kill()
        await runtime.enqueue("machine", "one", SCENES)
        assert (await runtime.wait("one")).status == "SUCCEEDED"
        assert psutil.Process(int(pid_file.read_text().splitlines()[0])).is_running()


async def test_what_an_earlier_process_did_not_start_is_started(tmp_path: Path) -> None:
    definition = tmp_path / "pipeline.json"
    definition.write_text(json.dumps({"StartAt": "end", "States": {"end": {"Type": "Succeed"}}}))
    product, home = Product(machines={"pipeline": definition}), tmp_path / "home"
    request = VideoRequest.parse(url="https://acme.example", name="Ana", company="Acme")
    async with Runtime(settings(home), product=product) as runtime:
        database = Database(runtime.info.app_url)
        storage = FileStorage(settings(home).storage_path)
        lost = create_video(request, open_workspace(database), database, storage, settings(home))
        database.close()
        assert await runtime.execution(lost.name) is None
    async with Runtime(settings(home), product=product) as runtime:
        started = await eventually_there(runtime, lost.name)
        assert (started.machine, started.input) == (lost.machine, lost.value)


async def eventually_there(runtime: Runtime, name: str) -> Execution:
    while (execution := await runtime.execution(name)) is None:
        runtime.check()
        await asyncio.sleep(0.1)
    return execution
