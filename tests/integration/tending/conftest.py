from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from local.postgres import Postgres


@pytest.fixture(autouse=True)
def alone(migrated: Postgres) -> None:
    """What other tests left is gone: who tends looks into all workspaces."""
    engine = create_engine(migrated.owner_url)
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE videos, kept_answers, webhooks CASCADE"))
    engine.dispose()
