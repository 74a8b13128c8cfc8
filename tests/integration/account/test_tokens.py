"""Signing in to Postgres by IAM: the functions' Database, through a door that checks tokens as AWS does."""

from __future__ import annotations

import secrets
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import boto3
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from local.postgres import APPLICATION, DATABASE, PORT, Postgres
from shared.accounts import open_workspace
from shared.database import Database, DatabaseUnreachable, iam, open_database
from shared.settings import Settings
from tests.support.account import KEYS, REGION, Account
from tests.support.rds_proxy import Door
from tests.support.tls import HOST, make_identity
from tests.support.tls_front import opened


@pytest.fixture
def door(
    migrated: Postgres, account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Door]:
    monkeypatch.setenv("AWS_SESSION_TOKEN", secrets.token_urlsafe(900))  # as long as a role's
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # with credentials that it has read
    iam._client.cache_clear()
    made = Door(
        server_socket(migrated), make_identity(tmp_path / "tls"), REGION, KEYS["AWS_SECRET_ACCESS_KEY"]
    )
    with opened(made) as door:
        yield door
    iam._client.cache_clear()


def server_socket(server: Postgres) -> Path:
    return Path(str(make_url(server.app_url).query["host"]), f".s.PGSQL.{PORT}")


def database_of(door: Door, **changes: object) -> Database:
    given = {
        "database_url": f"postgresql://{APPLICATION}@{HOST}:{door.port}/{DATABASE}",
        "database_iam": True,
        "database_ca_file": door.identity.authority,
    }
    return open_database(Settings(_env_file=None, **given | changes))  # type: ignore[arg-type]


def test_a_function_signs_in_with_a_token_and_works_as_its_role(door: Door) -> None:
    database = database_of(door)
    workspace_id = open_workspace(database, "by token")
    with database.workspace(workspace_id) as session:
        assert session.scalar(text("SELECT current_user")) == APPLICATION
    database.close()
    assert door.refused == []
    (token,) = door.tokens  # a connection that is kept needs no other
    where, _, query = token.partition("/?")
    said = parse_qs(query, strict_parsing=True)
    assert where == f"{HOST}:{door.port}"
    assert said["Action"] == ["connect"]
    assert said["DBUser"] == [APPLICATION]
    assert said["X-Amz-Expires"] == ["900"]
    assert said["X-Amz-Credential"][0].split("/")[2:] == [REGION, "rds-db", "aws4_request"]
    assert len(said["X-Amz-Signature"][0]) == 64
    assert "X-Amz-Security-Token" in said


def test_each_connection_has_a_token_of_its_own_made_when_it_is_opened(door: Door) -> None:
    database = database_of(door)
    times = []
    for _ in range(2):
        times.append(datetime.now(UTC))
        with database.transaction() as session:
            session.execute(text("SELECT 1"))
        database.engine.dispose()
        time.sleep(1.1)  # a token's time is told in whole seconds
    first, second = door.tokens
    assert first != second
    for token, at in zip(door.tokens, times, strict=True):
        told = parse_qs(token.partition("/?")[2])["X-Amz-Date"][0]
        made = datetime.strptime(told, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert timedelta(seconds=-1) <= made - at < timedelta(seconds=1.1)
    assert door.refused == []


def test_a_connection_that_was_lost_is_opened_with_a_new_token(door: Door, migrated: Postgres) -> None:
    database = database_of(door)
    with database.transaction() as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
    with Database(migrated.app_url).transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    time.sleep(1.1)
    with database.transaction() as session:
        session.execute(text("SELECT 1"))
    database.close()
    assert len(set(door.tokens)) == 2


def test_no_token_is_shown_to_whom_nobody_vouches_for(door: Door) -> None:
    database = database_of(door, database_ca_file=None)  # those whom browsers trust don't know the test's
    with pytest.raises(DatabaseUnreachable, match="certificate verify failed"), database.transaction():
        pass
    assert door.tokens == []


def test_no_token_is_shown_to_another_host(door: Door) -> None:
    database = database_of(door, database_url=f"postgresql://{APPLICATION}@127.0.0.1:{door.port}/{DATABASE}")
    with pytest.raises(DatabaseUnreachable, match="does not match host name"), database.transaction():
        pass
    assert door.tokens == []


def test_no_token_is_shown_without_tls(door: Door) -> None:
    door.offers_tls = False
    with pytest.raises(DatabaseUnreachable, match="does not support SSL"), database_of(door).transaction():
        pass
    assert door.tokens == []


def test_a_token_of_other_credentials_is_refused_and_told_to_nobody(
    door: Door,
) -> None:
    door.secret = "another"
    database = database_of(door)
    with pytest.raises(DatabaseUnreachable, match="PAM auth") as raised, database.transaction():
        pass
    assert door.refused == ["is signed by nobody"]
    assert "X-Amz-Signature" not in "".join(traceback.format_exception(raised.value))


def test_without_credentials_the_cause_is_named(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*KEYS, "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    database = database_of(door)
    with pytest.raises(DatabaseUnreachable, match=r"DATABASE_IAM .*credentials"), database.transaction():
        pass
