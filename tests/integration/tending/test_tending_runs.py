"""What a crash between a run's rows and its execution leaves is put right, wherever it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, update

from local.executions import JournalExecutions
from local.journal import prepare
from local.postgres import Postgres
from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import Approval, Video, WebhookDelivery
from shared.database.pruning import tending
from shared.settings import Settings
from shared.storage import FileStorage
from shared.tending import is_tending_due, tend
from shared.videos import (
    Execution,
    VideoRequest,
    ask,
    cancel_video,
    create_video,
    decide,
    execution_of,
    retry_video,
    runs_due,
    tend_runs,
)
from shared.webhooks import WebhookFields, add_webhook
from shared.workflow.executions import CannotReach, Standing
from tests.support.api import SECRETS_KEY
from tests.support.worlds import World, api_world

AT_ONCE = 5
NOTHING = {"answers": 0, "deliveries": 0}
Ask = Callable[..., Execution]


@pytest.fixture
def ask_for(database: Database, workspace_id: int, tmp_path: Path) -> Ask:
    """Writes the rows of a video; nothing starts it."""
    settings, storage = Settings(leadreel_home=tmp_path), FileStorage(tmp_path / "storage")

    def create(whose: int = workspace_id, **fields: Any) -> Execution:
        request = VideoRequest.parse(url="https://acme.example", name="Ana", company="Acme", **fields)
        return create_video(request, whose, database, storage, settings)

    return create


def pass_time(database: Database, execution: Execution, minutes: float = 10) -> None:
    """Nobody has looked after it for so long."""
    with database.workspace(execution.value["workspace_id"]) as session:
        columns = {
            "tended_at": func.now() - timedelta(minutes=minutes),
            "updated_at": func.now() - timedelta(minutes=minutes),
        }
        session.execute(update(Video).where(Video.id == execution.value["video_id"]).values(columns))


def row(database: Database, execution: Execution) -> Video:
    with database.workspace(execution.value["workspace_id"]) as session:
        return session.get_one(Video, execution.value["video_id"])


def tended(database: Database, world: World) -> dict[str, int]:
    return dict(tend(database, world.executions, 60))


def test_a_run_without_an_execution_is_started(database: Database, world: World, ask_for: Ask) -> None:
    lost = ask_for()
    pass_time(database, lost)
    assert tended(database, world) == {"started": 1, **NOTHING}
    assert world.executions.look(lost.machine, lost.name) == Standing("RUNNING")
    assert world.value(lost.name) == lost.value
    pass_time(database, lost)
    assert tended(database, world) == NOTHING


def test_a_young_run_is_left_alone(database: Database, world: World, ask_for: Ask) -> None:
    young = ask_for()
    assert not is_tending_due(database)
    before = row(database, young)
    assert tended(database, world) == NOTHING
    assert world.executions.look(young.machine, young.name) is None
    after = row(database, young)
    assert (after.tended_at, after.updated_at) == (before.tended_at, before.updated_at)
    assert dict(tend(database, world.executions, 60, after=timedelta(0))) == {"started": 1, **NOTHING}


def test_a_run_whose_execution_was_stopped_from_outside_has_failed(
    database: Database, workspace_id: int, world: World, ask_for: Ask, tmp_path: Path
) -> None:
    fields = WebhookFields(url="https://198.51.100.7/", events=("video.failed",))
    settings = Settings(
        leadreel_home=tmp_path, secrets_key=SECRETS_KEY, webhook_allow_hosts=("198.51.100.7:443",)
    )
    with database.workspace(workspace_id) as session:
        add_webhook(session, workspace_id, fields, settings)
    run = ask_for()
    world.executions.start(*run)
    world.token(run.name)
    world.executions.stop(run.machine, run.name, "by a hand")
    assert world.stopped(run.name)
    for _ in range(2):
        pass_time(database, run)
        tended(database, world)
    failed = row(database, run)
    assert (failed.status, failed.failed_step) == ("failed", "pipeline")
    assert (failed.reason or "").startswith("it was stopped from outside")
    with database.workspace(workspace_id) as session:
        [told] = session.scalars(select(WebhookDelivery))
    assert (told.event, told.payload["data"]["video_id"]) == ("video.failed", failed.id)
    assert not is_tending_due(database, timedelta(0))


@pytest.mark.parametrize(("decision", "answer"), [("approved", {"approved": True}), ("rejected", "Rejected")])
def test_a_decision_that_never_came_is_told_again(
    database: Database, workspace_id: int, world: World, ask_for: Ask, decision: Any, answer: Any
) -> None:
    run = ask_for(approve_voice=True)
    world.executions.start(*run)
    token = world.token(run.name)
    with database.workspace(workspace_id) as session:
        assert ask(session, run.value["video_id"], "voice", token) == []
    pass_time(database, run)
    before = row(database, run)
    assert tended(database, world) == NOTHING  # nobody has decided
    after = row(database, run)
    assert (after.status, after.updated_at) == ("waiting_approval", before.updated_at)
    assert after.tended_at > before.tended_at
    assert world.told(run.name) is None

    reason = "too dull" if decision == "rejected" else None
    with database.workspace(workspace_id) as session:
        decide(session, run.value["video_id"], "voice", decision, "ana", reason)  # and nothing is sent
    pass_time(database, run)
    assert tended(database, world) == {"answered": 1, **NOTHING}
    assert world.told(run.name) == answer


def test_an_answer_that_nobody_waits_for_any_more_is_no_deed(
    database: Database, workspace_id: int, world: World, ask_for: Ask
) -> None:
    run = ask_for(approve_voice=True)
    world.executions.start(*run)
    with database.workspace(workspace_id) as session:
        ask(session, run.value["video_id"], "voice", "gone")
        decide(session, run.value["video_id"], "voice", "approved", "ana", None)
    pass_time(database, run)
    assert tended(database, world) == NOTHING


def test_a_try_that_was_not_started_goes_on_and_the_one_before_it_ends(
    database: Database, workspace_id: int, world: World, ask_for: Ask
) -> None:
    first = ask_for()
    world.executions.start(*first)
    world.token(first.name)
    pass_time(database, first)
    with database.workspace(workspace_id) as session:
        cancel_video(session, first.value["video_id"], "ana")  # and the execution is not told
        retry_video(session, first.value["video_id"])
    assert tended(database, world) == NOTHING  # it is young again
    pass_time(database, first)
    assert tended(database, world) == {"started": 1, **NOTHING}
    second = execution_of(row(database, first))
    assert second.name == f"{first.name}-2"
    assert world.executions.look(second.machine, second.name) == Standing("RUNNING")
    assert world.stopped(first.name)


def test_runs_that_have_ended_are_not_looked_at(database: Database, world: World, ask_for: Ask) -> None:
    for status in ("completed", "failed", "cancelled", "rejected", "deleting"):
        run = ask_for()
        with database.workspace(run.value["workspace_id"]) as session:
            session.get_one(Video, run.value["video_id"]).status = status
        pass_time(database, run)
    assert not is_tending_due(database, timedelta(0))
    assert tended(database, world) == NOTHING


# What doesn't depend on where a state machine runs.


def test_the_sdk_looks_at_runs_in_the_journal(migrated: Postgres, tmp_path: Path) -> None:
    name = f"looked-at-{tmp_path.name}"[:80]
    with api_world(migrated) as world:
        runs = world.executions
        assert runs.look("pipeline", name) is None
        runs.start("pipeline", name, {"n": 1})
        assert runs.look("pipeline", name) == Standing("RUNNING")
        assert runs.look("recording", name) is None
        runs.stop("pipeline", name, "not needed")
        assert runs.look("pipeline", name) == Standing("ABORTED", "Cancelled", "not needed")


@pytest.fixture
def journal(migrated: Postgres) -> JournalExecutions:
    prepare(migrated.owner_url)
    return JournalExecutions(migrated.owner_url)


def test_two_at_once_start_each_run_once(
    database: Database, workspace_id: int, journal: JournalExecutions, ask_for: Ask
) -> None:
    other = open_workspace(database, f"other than {workspace_id}")
    lost = [ask_for(whose) for whose in (workspace_id, other) for _ in range(AT_ONCE)]
    for run in lost:
        pass_time(database, run)
    ready = Barrier(2)

    def work() -> Counter[str]:
        ready.wait()
        return tend_runs(database, journal, float("inf"))

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(work), pool.submit(work)]
    assert sum((done.result() for done in both), Counter()) == {"started": len(lost)}
    assert all(journal.look(*run[:2]) == Standing("RUNNING") for run in lost)


def test_the_longest_forgotten_come_first_and_the_next_call_goes_on(
    database: Database, journal: JournalExecutions, ask_for: Ask
) -> None:
    old, older, oldest = ask_for(), ask_for(), ask_for()
    for minutes, run in ((10, old), (20, older), (30, oldest)):
        pass_time(database, run, minutes)

    def due(most: int) -> list[int]:
        return [run_id for _, run_id in runs_due(database, most=most)]

    assert due(2) == [oldest.value["video_id"], older.value["video_id"]]
    assert tend_runs(database, journal, float("-inf")) == {}  # no time
    assert len(due(9)) == 3
    tend_runs(database, journal, float("inf"))
    assert due(9) == []


class Unreachable(JournalExecutions):
    """Of one name, nothing is heard."""

    name = ""

    def look(self, machine: str, name: str) -> Standing | None:
        if name == self.name:
            raise CannotReach("nobody answers")
        return super().look(machine, name)


def test_one_that_can_not_be_reached_waits_and_the_others_go_on(
    database: Database, migrated: Postgres, ask_for: Ask
) -> None:
    prepare(migrated.owner_url)
    executions = Unreachable(migrated.owner_url)
    stuck, lost = ask_for(), ask_for()
    executions.name = stuck.name
    pass_time(database, stuck, 30)
    pass_time(database, lost)
    assert tend_runs(database, executions, float("inf")) == {"unreached": 1, "started": 1}
    assert row(database, stuck).status == "pending"
    assert runs_due(database) == []


def test_a_run_that_came_to_its_end_meanwhile_stays_as_it_is(
    database: Database, workspace_id: int, migrated: Postgres, ask_for: Ask
) -> None:
    prepare(migrated.owner_url)
    run = ask_for()

    class Ending(JournalExecutions):
        """Its last step is done between our reading the row and our asking for the execution."""

        def look(self, machine: str, name: str) -> Standing | None:
            with database.workspace(workspace_id) as session:
                session.get_one(Video, run.value["video_id"]).status = "completed"
            return Standing("SUCCEEDED")

    pass_time(database, run)
    assert tend_runs(database, Ending(migrated.owner_url), float("inf")) == {}
    assert row(database, run).status == "completed"


def test_whoever_tends_sees_runs_without_an_end_only(
    database: Database, workspace_id: int, ask_for: Ask
) -> None:
    run = ask_for()
    with database.workspace(workspace_id) as session:
        session.get_one(Video, run.value["video_id"]).status = "completed"
    waiting = ask_for()
    with tending(database) as session:
        assert [*session.scalars(select(Video.id))] == [waiting.value["video_id"]]
        assert session.scalars(select(Approval)).all() == []
        changed = session.execute(update(Video).values(status="failed").returning(Video.id))
        assert changed.all() == []
