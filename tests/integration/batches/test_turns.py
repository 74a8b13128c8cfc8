"""Who is started when, what a crash leaves, and the end of a batch whose last two videos end at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text, update

from local.executions import JournalExecutions
from local.journal import prepare, read_execution
from local.postgres import Postgres
from shared.batches import (
    AT_ONCE,
    BatchRequest,
    Turn,
    ask_for_batch,
    batches_turning,
    cancel_batch,
    execution_of_batch,
    retry_batch,
    start_videos,
    tend_batch,
)
from shared.batches import starting as module
from shared.database import Database
from shared.database.models import Batch, Video, Webhook, WebhookDelivery
from shared.recording import JOB
from shared.settings import Settings
from shared.storage import FileStorage
from shared.videos import Failure, cancel_video, fail_video
from shared.workflow import STEPS, Tools, end_videos, settle_step
from shared.workflow.executions import CannotStart
from tests.support.serving import NoRuns

TORN = Failure(step="compose", error="Permanent", reason="the film is torn")


class Runs(NoRuns):
    """started, stopped: names, as often as they were asked for. dies_at: the start that is the last."""

    def __init__(self) -> None:
        self.started, self.stopped = list[str](), list[str]()
        self.dies_at = 0

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        self.started.append(name)
        if len(self.started) == self.dies_at:
            raise CannotStart("the answer is lost")

    def stop(self, machine: str, name: str, reason: str) -> None:
        self.stopped.append(name)


class Campaign:
    """A batch, and whoever gives its videos their turns."""

    def __init__(self, database: Database, workspace_id: int, home: Path, number: int) -> None:
        settings = Settings(leadreel_home=home)
        self.database, self.workspace_id, self.runs = database, workspace_id, Runs()
        self.tools = Tools(settings, FileStorage(settings.storage_path))
        self.tools.__dict__.update(database=database, executions=self.runs)
        request = BatchRequest.model_validate(
            {
                "leads": [{"name": f"Ana {row}", "company": "Acme"} for row in range(number)],
                "video": {"url": "https://acme.example/?for={name}"},
            }
        )
        with database.workspace(workspace_id) as session:
            session.add(
                Webhook(
                    workspace_id=workspace_id, url="https://x.example/", events=["batch.finished"],
                    secret="", enabled=True,
                )
            )  # fmt: skip
            batch = ask_for_batch(session, request, workspace_id, self.tools.storage, settings)
            self.id, self.turn = batch.id, Turn.model_validate(execution_of_batch(batch).value)
            found = session.scalars(select(Video.id).where(Video.batch_id == batch.id).order_by(Video.id))
            self.videos = found.all()

    def round(self) -> dict[str, Any]:
        answer = start_videos(self.turn, self.tools)
        self.turn = Turn.model_validate({name: answer[name] for name in Turn.model_fields})
        return answer

    def set(self, status: str, *videos: int, **columns: Any) -> None:
        with self.database.workspace(self.workspace_id) as session:
            changed = update(Video).where(Video.id.in_(videos))
            session.execute(changed.values(status=status, **columns))

    def complete(self, video: int) -> None:
        now = datetime.now(UTC)
        for step in STEPS:
            settle_step(self.database, self.workspace_id, video, step, now, now)

    def fail(self, video: int) -> None:
        fail_video(self.workspace_id, video, TORN, self.database)

    def batch(self) -> Batch:
        with self.database.workspace(self.workspace_id) as session:
            return session.get_one(Batch, self.id)

    def told(self) -> list[dict[str, Any]]:
        with self.database.workspace(self.workspace_id) as session:
            rows = session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)).all()
        return [row.payload["data"] for row in rows if row.payload["data"]["batch_id"] == self.id]

    def names(self, videos: Any) -> list[str]:
        return [f"video-{video}" for video in videos]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path


def test_the_first_alone_then_so_many_at_once(database: Database, workspace_id: int, home: Path) -> None:
    made = Campaign(database, workspace_id, home, AT_ONCE + 5)
    assert (made.round()["done"], made.runs.started) == (False, made.names(made.videos[:1]))
    assert made.tools.storage.exists(f"{_row(made, 0).page_job}/{JOB}")
    assert not made.tools.storage.exists(f"{_row(made, 1).page_job}/{JOB}")
    assert (made.round()["done"], len(made.runs.started)) == (False, 1)
    made.set("completed", made.videos[0])
    made.round()
    assert made.runs.started == made.names(made.videos[: AT_ONCE + 1])
    made.round()
    assert len(made.runs.started) == AT_ONCE + 1
    made.set("failed", made.videos[1])
    made.set("waiting_approval", *made.videos[2:4])  # nothing works on these
    assert made.round()["done"] is False
    assert made.runs.started == made.names(made.videos[: AT_ONCE + 4])
    stuck = datetime.now(UTC) - timedelta(hours=3)
    made.set("processing", made.videos[5], updated_at=stuck)
    assert made.round()["done"] is True
    assert made.runs.started == made.names(made.videos)
    assert (made.round()["done"], len(made.runs.started)) == (True, AT_ONCE + 5)
    assert made.batch().status == "processing"


def _row(made: Campaign, number: int) -> Video:
    with made.database.workspace(made.workspace_id) as session:
        return session.get_one(Video, made.videos[number])


def test_a_start_whose_answer_is_lost_is_repeated_under_its_name(
    database: Database, workspace_id: int, home: Path
) -> None:
    made = Campaign(database, workspace_id, home, 6)
    made.round()
    made.set("completed", made.videos[0])
    made.runs.dies_at = 4
    with pytest.raises(CannotStart):
        made.round()
    assert made.round()["done"] is True
    first = made.names(made.videos[:4])
    assert made.runs.started == [*first, first[-1], *made.names(made.videos[4:])]


def test_two_that_start_at_once_start_each_video_once(
    database: Database, workspace_id: int, home: Path
) -> None:
    made = Campaign(database, workspace_id, home, 12)
    made.round()
    made.set("completed", made.videos[0])
    _at_once(lambda: start_videos(made.turn, made.tools), lambda: start_videos(made.turn, made.tools))
    assert sorted(made.runs.started) == sorted(made.names(made.videos))


def test_an_execution_hands_on_before_it_has_too_many_events(
    database: Database, workspace_id: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROUNDS", 3)
    made = Campaign(database, workspace_id, home, 3)
    assert [made.round()["done"] for _ in range(3)] == [False, False, True]
    assert made.runs.started == [f"video-{made.videos[0]}", f"batch-{made.id}-1-2"]
    made.set("completed", made.videos[0])
    assert (made.turn.part, made.round()["done"]) == (2, True)


def test_cancelling_stops_what_was_started_and_the_loop_before_does_nothing_more(
    database: Database, workspace_id: int, home: Path
) -> None:
    made = Campaign(database, workspace_id, home, 3)
    made.round()
    with database.workspace(workspace_id) as session:
        batch = cancel_batch(session, made.id, "eva")
        after = Turn.model_validate(execution_of_batch(batch).value)
    assert made.round()["done"] is True and made.runs.stopped == []  # it was started under the last attempt
    made.turn = after
    assert (made.round()["done"], made.runs.stopped) == (True, made.names(made.videos[:1]))
    assert (made.batch().status, len(made.runs.started)) == ("cancelled", 1)
    assert [told["counts"]["cancelled"] for told in made.told()] == [3]


def test_each_way_to_end_ends_the_batch(database: Database, workspace_id: int, home: Path) -> None:
    made = Campaign(database, workspace_id, home, 3)
    made.complete(made.videos[0])
    made.fail(made.videos[1])
    assert made.told() == [] and made.batch().completed_at is None
    with database.workspace(workspace_id) as session:
        cancel_video(session, made.videos[2], "eva")
    made.fail(made.videos[1])  # its pipeline tells again
    [told] = made.told()
    assert (told["status"], told["name"], told["batch_id"]) == ("completed", None, made.id)
    assert (told["counts"]["completed"], told["counts"]["failed"], told["counts"]["cancelled"]) == (1, 1, 1)
    with database.workspace(workspace_id) as session:
        retry_batch(session, made.id)
    assert (made.batch().status, made.batch().completed_at) == ("processing", None)
    made.fail(made.videos[1])
    assert len(made.told()) == 2


def test_one_in_which_nothing_was_made_failed(database: Database, workspace_id: int, home: Path) -> None:
    made = Campaign(database, workspace_id, home, 2)
    for video in made.videos:
        made.fail(video)
    assert [told["status"] for told in made.told()] == [made.batch().status] == ["failed"]


def test_the_second_of_two_waits_for_the_first_and_sees_its_end(
    database: Database, workspace_id: int, home: Path
) -> None:
    made = Campaign(database, workspace_id, home, 2)
    second = Thread(target=made.fail, args=(made.videos[1],))
    with database.workspace(workspace_id) as session:
        end_videos(session, Video.id == made.videos[0], "completed", datetime.now(UTC))
        second.start()
        second.join(0.5)
        assert second.is_alive()
    second.join(10)
    assert [told["counts"]["failed"] for told in made.told()] == [1]


@pytest.mark.parametrize("turn", range(5))
def test_the_last_two_end_at_once(database: Database, workspace_id: int, home: Path, turn: int) -> None:
    made = Campaign(database, workspace_id, home, 2)
    _at_once(lambda: made.complete(made.videos[0]), lambda: made.fail(made.videos[1]))
    [told] = made.told()
    assert (told["counts"]["completed"], told["counts"]["failed"]) == (1, 1)


def _at_once(*works: Any) -> None:
    ready, broken = Barrier(len(works)), list[Exception]()

    def run(work: Any) -> None:
        ready.wait()
        try:
            work()
        except Exception as error:
            broken.append(error)

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert broken == []


def test_what_a_crash_left_is_taken_up_at_the_next_start(
    migrated: Postgres, database: Database, workspace_id: int, home: Path
) -> None:
    prepare(migrated.owner_url)
    made = Campaign(database, workspace_id, home, 3)  # and whoever was to start it dies
    runs = JournalExecutions(migrated.owner_url)
    assert (workspace_id, made.id) in batches_turning(database, most=100_000)
    assert tend_batch(database, runs, workspace_id, made.id)
    execution = read_execution(migrated.app_url, f"batch-{made.id}-1")
    assert execution is not None and execution.input == made.turn.model_dump()
    assert [read_execution(migrated.app_url, name) for name in made.names(made.videos)] == [None] * 3
    _end(migrated, f"batch-{made.id}-1")
    assert tend_batch(database, runs, workspace_id, made.id)
    assert not tend_batch(database, runs, workspace_id, made.id)
    assert made.batch().attempt == 2
    again = read_execution(migrated.app_url, f"batch-{made.id}-2")
    assert again is not None and again.status == "RUNNING"
    _end(migrated, f"batch-{made.id}-2")


def _end(migrated: Postgres, name: str) -> None:
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        done = text("UPDATE runtime.executions SET status = 'FAILED', error = 'X' WHERE name = :n")
        connection.execute(done, {"n": name})
    engine.dispose()
