"""One embedded Postgres with all tables for the integration tests that need rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from local.postgres import Postgres
from shared.accounts import open_workspace
from shared.database import Database
from shared.database.migrating import upgrade
from tests.support.moto_server import moto_server
from tests.support.worlds import World, api_world, journal_world, moto_world


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("home"))
    server.start()
    try:
        upgrade(server.owner_url)
        yield server
    finally:
        server.stop()


@pytest.fixture
def database(migrated: Postgres) -> Iterator[Database]:
    """As a function sees it: through the role that owns nothing."""
    opened = Database(migrated.app_url)
    yield opened
    opened.close()


@pytest.fixture
def workspace_id(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> int:
    """A workspace of the test's own."""
    return open_workspace(database, f"{request.node.name} {tmp_path.name}")


@pytest.fixture
def nothing_to_send(migrated: Postgres) -> None:
    """What other tests left to be sent is gone: who sends asks over all workspaces."""
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        connection.execute(
            text("TRUNCATE webhooks, mails CASCADE")
        )  # the owner sees no workspace's rows, either
    engine.dispose()


@pytest.fixture
def alone(migrated: Postgres) -> None:
    """What other tests left is gone: who tends looks into all workspaces."""
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE videos, kept_answers, webhooks CASCADE"))
    engine.dispose()


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a moto server that executes state machines."""
    folder = tmp_path_factory.mktemp("moto")
    config = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}
    with moto_server(folder, config=config) as url:
        yield url


@pytest.fixture(params=["the journal", "its API", "Step Functions"])
def world(request: pytest.FixtureRequest, migrated: Postgres) -> Iterator[World]:
    match request.param:
        case "the journal":
            opening = journal_world(migrated)
        case "its API":
            opening = api_world(migrated)
        case _:
            opening = moto_world(request.getfixturevalue("moto"))
    with opening as opened:
        yield opened
