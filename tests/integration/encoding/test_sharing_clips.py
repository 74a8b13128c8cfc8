"""One clip that several ask for is made once, and a worker that is killed leaves nothing half made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from local.postgres import Postgres
from shared.database import Database
from shared.database.models import ClipClaim
from shared.encoding import ClipStore, EncodeJob, Shot, clip_prefix
from shared.encoding.claims import Claims, StillEncoding
from shared.encoding.step import NotOurs, encode_clips
from shared.media.presets import EncoderSettings, ladder
from shared.recording import JOB, PROGRESS, Progress
from shared.settings import Settings
from shared.storage import NotStored
from shared.workflow import PartEvent, Tools
from shared.workflow.leases import Lease
from tests.support.recorded_scenes import CountingStorage, put_scene

ROOT = Path(__file__).parents[3]
LEVELS = ladder(320, 180, (90,))
ENCODER = EncoderSettings(preset="veryfast", crf=28)
SHORT = Lease(seconds=1.5, beat_seconds=0.3, poll_seconds=0.05)
FRAMES = 60


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    return CountingStorage(tmp_path / "storage")


@pytest.fixture
def tools(migrated: Postgres, storage: CountingStorage, tmp_path: Path) -> Iterator[Tools]:
    tools = Tools(Settings(leadreel_home=tmp_path, database_url=migrated.app_url), storage)
    yield tools
    tools.database.close()


def ask(storage: CountingStorage, workspace_id: int, name: str, first_number: int = 0) -> PartEvent:
    """A clip that is to be made, with its job written down as a plan leaves it."""
    scene = put_scene(storage, name, [1] * FRAMES, first_number)
    shot = Shot(frames=scene.job, frame_count=FRAMES, fps=30)
    prefix = clip_prefix(workspace_id, shot, ENCODER)
    job = EncodeJob(shot=shot, levels=LEVELS, encoder=ENCODER)
    storage.put(f"{prefix}/{JOB}", job.model_dump_json().encode())
    return PartEvent(workspace_id=workspace_id, video_id=1, job=prefix)


def of_clips(storage: CountingStorage, event: PartEvent) -> list[str]:
    """The names of a clip's files, and of no part of one."""
    return [name for key in storage.keys(f"{event.job}/") if (name := Path(key).name) not in {JOB, PROGRESS}]


def claims_of(tools: Tools, workspace_id: int) -> list[str]:
    with tools.database.workspace(workspace_id) as session:
        return list(session.scalars(select(ClipClaim.clip)))


ALL_FILES = ["180p.json", "180p.mp4", "90p.json", "90p.mp4"]


def test_two_who_ask_at_once_make_a_clip_once(
    tools: Tools, storage: CountingStorage, workspace_id: int
) -> None:
    event = ask(storage, workspace_id, "shared")
    together = threading.Barrier(2)
    lease = Lease(poll_seconds=0.05)

    def work() -> dict[str, Any]:
        together.wait()
        return encode_clips(event, tools, lease)

    with ThreadPoolExecutor(2) as pool:
        answers = [future.result() for future in [pool.submit(work), pool.submit(work)]]
    assert sorted(answers, key=str) == [{"levels": ["180p", "90p"]}, {"levels": []}]
    assert sorted(storage.clips_put()) == [f"{event.job}/180p.mp4", f"{event.job}/90p.mp4"]
    assert claims_of(tools, workspace_id) == []
    told = Progress.model_validate_json(storage.get(f"{event.job}/{PROGRESS}"))
    assert (told.frames_done, told.frames_total) == (FRAMES, FRAMES)


def test_a_level_that_is_there_is_not_made_again(
    tools: Tools, storage: CountingStorage, workspace_id: int
) -> None:
    event = ask(storage, workspace_id, "shared")
    encode_clips(event, tools)
    storage.delete(f"{event.job}/{LEVELS[1].name}.json")
    assert encode_clips(event, tools) == {"levels": ["90p"]}
    assert storage.clips_put().count(f"{event.job}/180p.mp4") == 1
    assert encode_clips(event, tools) == {"levels": []}


def test_a_worker_that_fails_holds_nothing(tools: Tools, storage: CountingStorage, workspace_id: int) -> None:
    event = ask(storage, workspace_id, "shared")
    storage.delete("recordings/1/scenes/shared/frames.mkv")
    with pytest.raises(NotStored, match=r"frames\.mkv"):
        encode_clips(event, tools)
    assert claims_of(tools, workspace_id) == []


def test_clips_of_another_workspace_are_refused(
    tools: Tools, storage: CountingStorage, workspace_id: int
) -> None:
    event = ask(storage, workspace_id, "shared")
    stranger = event.model_copy(update={"workspace_id": workspace_id + 1})
    with pytest.raises(NotOurs):
        encode_clips(stranger, tools)


def test_whoever_works_is_waited_for_as_long_as_patience_lasts(database: Database, workspace_id: int) -> None:
    lease = Lease(seconds=1.0, beat_seconds=0.1, poll_seconds=0.05)
    holder, other = (Claims(database, workspace_id, lease) for _ in range(2))
    with holder.on("clips/1/a", lambda: False, 0) as ours:
        assert ours
        with (
            pytest.raises(StillEncoding),
            other.on("clips/1/a", lambda: False, 1.6),  # longer than a lease: it is extended
        ):
            pass
        with other.on("clips/1/b", lambda: False, 0) as beside:
            assert beside
        with other.on("clips/1/a", lambda: True, 0) as made:
            assert not made
    with other.on("clips/1/a", lambda: False, 0) as ours:
        assert ours


WORKER = """
import sys, time
from pathlib import Path
from shared.encoding import step
from shared.recording import Progress
from shared.settings import Settings
from shared.storage import FileStorage
from shared.workflow import PartEvent, Tools
from shared.workflow.leases import Lease

root, url, workspace, job, stop = sys.argv[1:]
step.PROGRESS_SECONDS = 0.0


class Stopping(FileStorage):
    # says so, and stands still, where it is to be killed

    def put(self, key, source, content_type=""):
        frames = Progress.model_validate_json(source).frames_done if key.endswith("progress.json") else 0
        if key.endswith(stop) or (stop.isdigit() and frames >= int(stop)):
            print("here", flush=True)
            time.sleep(120)
        super().put(key, source, content_type)


tools = Tools(Settings(leadreel_home=Path(root).parent, database_url=url), Stopping(Path(root)))
event = PartEvent(workspace_id=int(workspace), video_id=1, job=job)
step.encode_clips(event, tools, Lease(seconds=1.5, beat_seconds=0.3, poll_seconds=0.05))
"""


def kill_at(stop: str, event: PartEvent, storage: CountingStorage, url: str) -> None:
    """Start a worker on a clip and kill it at so many frames, or as it puts a file of that name."""
    arguments = [str(storage.root), url, str(event.workspace_id), event.job, stop]
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout is not None and worker.stdout.readline() == "here\n"
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(20)
        worker.stdout and worker.stdout.close()
    assert worker.returncode == -signal.SIGKILL


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("stop", "left"),
    [
        *((str(FRAMES * share // 100), []) for share in (10, 50, 90)),
        ("/180p.json", ["180p.mp4"]),
        ("/90p.mp4", ["180p.json", "180p.mp4"]),
    ],
    ids=["at 10 %", "at 50 %", "at 90 %", "before the facts", "between two levels"],
)
def test_a_worker_that_is_killed_is_replaced(
    migrated: Postgres, tools: Tools, storage: CountingStorage, workspace_id: int, stop: str, left: list[str]
) -> None:
    done, killed = ask(storage, workspace_id, "done"), ask(storage, workspace_id, "killed", 100)
    encode_clips(done, tools)
    before = {key: storage.path(key).stat().st_mtime_ns for key in storage.keys(f"{done.job}/")}
    storage.puts.clear()
    kill_at(stop, killed, storage, migrated.app_url)
    assert of_clips(storage, killed) == left
    assert claims_of(tools, workspace_id) == [killed.job]  # nobody was there to give it back
    missing = [level.name for level in ClipStore(storage).missing(killed.job, LEVELS)]
    assert missing == (["90p"] if "180p.json" in left else ["180p", "90p"])

    began = time.monotonic()
    assert encode_clips(done, tools, SHORT) == {"levels": []}
    assert encode_clips(killed, tools, SHORT) == {"levels": missing}
    assert time.monotonic() - began < 30  # its lease ran out; it is not waited for
    assert of_clips(storage, killed) == ALL_FILES
    assert {Path(key).name for key in storage.clips_put()} == {f"{level}.mp4" for level in missing}
    assert before == {key: storage.path(key).stat().st_mtime_ns for key in storage.keys(f"{done.job}/")}
    assert claims_of(tools, workspace_id) == []
