"""Asking again with an Idempotency-Key: the same answer, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from local.postgres import Postgres
from shared.accounts import open_workspace, prune_answers
from shared.database import Database
from shared.database.models import KeptAnswer, Lead
from tests.support.api import Api

PATH = "/api/v1/leads"
ANA = {"name": "Ana Silva", "company": "Acme"}
KEY = {"Idempotency-Key": "b2c1"}


def leads(database: Database, workspace_id: int) -> int:
    with database.workspace(workspace_id) as session:
        return session.scalar(select(func.count()).select_from(Lead)) or 0


def test_the_first_answer_comes_again(api: Api, database: Database) -> None:
    first = api.ask("POST", PATH, json=ANA, headers=KEY)
    again = api.ask("POST", PATH, json=ANA, headers=KEY)
    assert (again.status_code, again.content) == (
        first.status_code,
        first.content,
    ) and first.status_code == 201
    for name in ("location", "etag", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert "idempotency-replayed" in again.headers and "idempotency-replayed" not in first.headers
    assert leads(database, api.workspace_id) == 1


def test_another_body_is_refused(api: Api, database: Database) -> None:
    api.ask("POST", PATH, json=ANA, headers=KEY)
    refused = api.ask("POST", PATH, json={**ANA, "title": "CFO"}, headers=KEY)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:leadreel:problem:key-reused")
    elsewhere = api.ask(
        "POST", "/api/v1/demo-sites", json={"name": "x", "url": "https://x.example/"}, headers=KEY
    )
    assert elsewhere.json()["type"] == "urn:leadreel:problem:key-reused"
    assert leads(database, api.workspace_id) == 1


def test_a_refused_request_keeps_nothing(api: Api) -> None:
    assert api.ask("POST", PATH, json={"name": "Ana"}, headers=KEY).status_code == 422
    assert api.ask("POST", PATH, json=ANA, headers=KEY).status_code == 201


def test_each_workspace_has_its_own_keys(api: Api, database: Database) -> None:
    other = open_workspace(database, f"other than {api.workspace_id}")
    mine = api.ask("POST", PATH, json=ANA, headers=KEY)
    theirs = api.ask("POST", PATH, json=ANA, headers=KEY, workspace_id=other)
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]


def test_many_at_once_make_one(api: Api, database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(api.ask, "POST", PATH, json=ANA, headers=KEY) for _ in range(16)]
        answers = [each.result() for each in asked]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert leads(database, api.workspace_id) == 1


def test_while_the_first_is_answered_others_are_told_so(api: Api, database: Database) -> None:
    with database.workspace(api.workspace_id) as session:
        session.add(
            KeptAnswer(
                workspace_id=api.workspace_id, key=KEY["Idempotency-Key"], operation="", request_hash=""
            )
        )
        session.flush()
        waiting = api.ask("POST", PATH, json=ANA, headers=KEY)
        session.rollback()
    assert (waiting.status_code, waiting.json()["type"]) == (409, "urn:leadreel:problem:in-progress")
    assert waiting.headers["retry-after"] == "1"
    assert api.ask("POST", PATH, json=ANA, headers=KEY).status_code == 201


def test_a_key_is_free_after_a_day(api: Api, database: Database) -> None:
    first = api.ask("POST", PATH, json=ANA, headers=KEY)
    with database.workspace(api.workspace_id) as session:
        session.get_one(KeptAnswer, (api.workspace_id, KEY["Idempotency-Key"])).created_at = datetime.now(
            UTC
        ) - timedelta(hours=25)
    again = api.ask("POST", PATH, json={**ANA, "title": "CFO"}, headers=KEY)
    assert again.status_code == 201 and again.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    assert api.ask("POST", PATH, json=ANA, headers={"Idempotency-Key": key}).status_code == 422


def test_an_old_answer_is_not_thrown_away_while_its_key_is_used_again(
    api: Api, database: Database, migrated: Postgres
) -> None:
    api.ask("POST", PATH, json=ANA, headers=KEY)
    with database.workspace(api.workspace_id) as session:
        session.scalars(select(KeptAnswer)).one().created_at = datetime.now(UTC) - timedelta(hours=25)
    pruned: list[int] = []
    other = Database(migrated.app_url)

    def prune_now(*arguments: Any) -> None:
        if arguments[2].startswith("INSERT INTO kept_answers"):
            pruned.append(prune_answers(other, float("inf")))

    event.listen(database.engine, "after_cursor_execute", prune_now)
    assert api.ask("POST", PATH, json=ANA, headers=KEY).status_code == 201
    other.close()
    with database.workspace(api.workspace_id) as session:
        assert session.scalars(select(KeptAnswer)).one().status == 201
    assert len(pruned) == 1
    assert leads(database, api.workspace_id) == 2
