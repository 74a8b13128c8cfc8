"""Requests are counted over all processes: never more than the limit, and no write for each."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from local.postgres import Postgres
from shared.accounts import Budget, Rates, TooManyRequests, open_workspace
from shared.accounts.rates import WINDOW_SECONDS
from shared.database import Database
from tests.support.api import Api, served_api

PATH = "/api/v1/leads"


@pytest.fixture(autouse=True)
def _early_in_a_minute(database: Database) -> None:
    """No test here lasts longer than half a minute."""
    with database.transaction() as session:
        second = session.scalar(text("SELECT extract(epoch FROM clock_timestamp())::float8"))
    left = WINDOW_SECONDS - second % WINDOW_SECONDS
    if left < 30:
        time.sleep(left + 0.05)


@pytest.fixture
def serve(database: Database, workspace_id: int, tmp_path: Path) -> Any:
    @contextmanager
    def serving(*, token: int = 0, workspace: int = 0) -> Iterator[Api]:
        limits = {
            "api_requests_per_minute_token": token,
            "api_requests_per_minute_workspace": workspace,
        }
        with served_api(database, workspace_id, tmp_path, **limits) as api:
            yield api

    return serving


def test_the_answer_tells_what_is_left_and_then_when_to_come_back(serve: Any) -> None:
    with serve(token=5, workspace=100) as api:
        answers = [api.ask("GET", PATH) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        first, refused = answers[0], answers[-1]
        assert first.headers["ratelimit-policy"] == '"token";q=5;w=60, "workspace";q=100;w=60'
        assert re.fullmatch(r'"token";r=4;t=\d+, "workspace";r=99;t=\d+', first.headers["ratelimit"])
        assert re.match(r'"token";r=0;t=', refused.headers["ratelimit"])
        assert 1 <= int(refused.headers["retry-after"]) <= WINDOW_SECONDS
        document = refused.json()
        assert (document["type"], document["status"]) == ("urn:leadreel:problem:too-many-requests", 429)
        assert "5 requests a minute for each token" in document["detail"]
        assert api.ask("GET", PATH, role="owner").status_code == 200  # somebody else's token


def test_a_workspaces_people_share_its_budget_and_others_have_their_own(
    serve: Any, database: Database
) -> None:
    with serve(workspace=4) as api:
        asked = [api.ask("GET", PATH, role=role).status_code for role in ("owner", "member", "viewer") * 2]
        assert asked == [200] * 4 + [429] * 2
        other = open_workspace(database, f"other than {api.workspace_id}")
        assert api.ask("GET", PATH, workspace_id=other).status_code == 200


def test_zero_is_no_limit_and_what_is_public_is_not_counted(serve: Any) -> None:
    with serve() as api:
        answer = api.ask("GET", PATH)
        assert answer.status_code == 200 and "ratelimit" not in answer.headers
    with serve(token=1) as api:
        for _ in range(3):
            answer = api.client.get("/health")
            assert answer.status_code == 200 and "ratelimit" not in answer.headers
            assert api.client.get(PATH).status_code == 401


@contextmanager
def processes(migrated: Postgres, count: int) -> Iterator[list[tuple[Rates, list[str]]]]:
    """As many counters as processes would have, each with its own connections and its statements."""
    with ExitStack() as stack:
        made = []
        for _ in range(count):
            database, asked = Database(migrated.app_url), []
            stack.callback(database.close)
            event.listen(database.engine, "before_cursor_execute", _noting(asked))
            made.append((Rates(database), asked))
        yield made


def _noting(asked: list[str]) -> Any:
    def note(*given: Any) -> None:
        if "request_budgets AS kept" in given[2]:
            asked.append(given[2])

    return note


def ask(rates: Rates, budget: Budget, times: int) -> int:
    """How many of so many requests are let through."""
    through = 0
    for _ in range(times):
        try:
            rates.take([budget])
        except TooManyRequests:
            continue
        through += 1
    return through


def test_processes_side_by_side_let_exactly_the_limit_through(migrated: Postgres, tmp_path: Path) -> None:
    budget = Budget("workspace", tmp_path.name, 1000)
    with processes(migrated, 8) as made, ThreadPoolExecutor(8) as pool:
        through = sum(pool.map(lambda each: ask(each[0], budget, 1001), made))
        assert through == 1000  # each asked until it was refused, so that nobody left anything
        assert sum(len(asked) for _, asked in made) < 150


def test_one_process_asks_the_database_rarely(migrated: Postgres, tmp_path: Path) -> None:
    budget = Budget("workspace", tmp_path.name, 3000)
    with processes(migrated, 1) as [(rates, asked)]:
        assert ask(rates, budget, 10_000) == 3000
        assert len(asked) < 40


def test_processes_that_are_asked_once_waste_little(migrated: Postgres, tmp_path: Path) -> None:
    """Fifty Lambdas for a burst: each leaves some of its lease."""
    budget = Budget("workspace", tmp_path.name, 3000)
    with processes(migrated, 50) as made:
        assert sum(ask(rates, budget, 1) for rates, _ in made) == 50
        rates, _ = made[0]
        assert ask(rates, budget, 5000) > 3000 * 0.7


def test_a_new_minute_is_a_new_budget_and_old_ones_are_swept_away(
    database: Database, migrated: Postgres, tmp_path: Path
) -> None:
    mine, gone = Budget("token", tmp_path.name, 2), f"token:gone {tmp_path.name}"
    with database.transaction() as session:
        session.execute(text("INSERT INTO request_budgets VALUES (:bucket, 7, 1)"), {"bucket": gone})
    with processes(migrated, 2) as [(first, _), (second, _)]:
        assert ask(first, mine, 3) == 2
        assert ask(second, mine, 1) == 0
        with database.transaction() as session:
            rows = "SELECT count(*) FROM request_budgets WHERE bucket = :bucket"
            assert session.scalar(text(rows), {"bucket": gone}) == 0
            session.execute(
                text("UPDATE request_budgets SET minute = minute - 1 WHERE bucket = :bucket"),
                {"bucket": mine.bucket},
            )
    with processes(migrated, 1) as [(third, _)]:
        assert ask(third, mine, 3) == 2


def test_what_is_leased_is_counted_without_the_database(migrated: Postgres, tmp_path: Path) -> None:
    budget = Budget("workspace", tmp_path.name, 400)
    with processes(migrated, 1) as [(rates, asked)]:
        assert rates.take_at_once([budget]) is None and asked == []
        [first] = rates.take([budget])
        taken = [rates.take_at_once([budget]) for _ in range(3)]
        assert first.remaining == 399 and len(asked) == 1
        assert [each and each[0].remaining for each in taken] == [398, None, None]  # a lease of two
        assert ask(rates, budget, 1000) == 398
        assert rates.take_at_once([budget]) is None
