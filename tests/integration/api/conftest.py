from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from local.postgres import Postgres
from shared.database import Database
from tests.support.api import Api, served_api
from tests.support.parts import Parts
from tests.support.studio import Studio, open_studio
from tests.support.vendors import VendorServer


@pytest.fixture
def api(database: Database, workspace_id: int, tmp_path: Path) -> Iterator[Api]:
    with served_api(database, workspace_id, tmp_path) as served:
        yield served


@pytest.fixture
def parts(api: Api) -> Parts:
    """Makes parts of videos, without the steps that make them."""
    return Parts(api.tools.database, api.storage, api.workspace_id)


@pytest.fixture
async def studio(
    migrated: Postgres,
    vendors: VendorServer,
    workspace_id: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Studio]:
    async with open_studio(migrated, vendors, workspace_id, tmp_path, monkeypatch) as opened:
        yield opened
