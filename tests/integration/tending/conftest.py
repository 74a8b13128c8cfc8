from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from local.postgres import Postgres
from tests.support.worlds import WORLDS, World


@pytest.fixture(autouse=True)
def alone(migrated: Postgres) -> None:
    """What other tests left is gone: who tends looks into all workspaces."""
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE videos, kept_answers, webhooks CASCADE"))
    engine.dispose()


@pytest.fixture(params=WORLDS)
def world(
    request: pytest.FixtureRequest, migrated: Postgres, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    with WORLDS[request.param](migrated) as opened:
        yield opened
