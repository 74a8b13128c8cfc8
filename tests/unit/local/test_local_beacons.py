"""The edge answers beacons and puts what they said where a function reads it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from local.beacons import MOST_LINES, BeaconLog
from local.edge import edge
from local.runtime_api import Answer
from shared.analytics import VIEW_LOGS, read_log
from shared.storage import FileStorage, StorageFull
from tests.support.in_process import asking

SAID = "s=abc&v=" + "0" * 32 + "&w=0-9"


class Filling(FileStorage):
    full = False

    def put(self, key: str, source: bytes | Path, content_type: str = "application/octet-stream") -> None:
        if self.full:
            raise StorageFull("no room")
        super().put(key, source, content_type)


@pytest.fixture
def storage(tmp_path: Path) -> Filling:
    return Filling(tmp_path)


@pytest.fixture
def beacons(storage: Filling) -> BeaconLog:
    return BeaconLog(storage)


def ask(beacons: BeaconLog, storage: FileStorage, *queries: str, method: str = "POST") -> None:
    async def no_api(event: bytes, seconds: float) -> Answer:
        raise AssertionError("a beacon starts no function")

    with asking(edge(storage.root / "public", no_api, beacons.route)) as client:
        for query in queries:
            answer = client.request(method, f"/b?{query}", headers={"User-Agent": "Ünïcode/1".encode()})
            assert (answer.status_code, answer.content) == (204, b"")
            assert answer.headers["cache-control"] == "no-store"
            assert "set-cookie" not in answer.headers


def close(beacons: BeaconLog, storage: FileStorage) -> list[str]:
    asyncio.run(beacons.close_file())
    return [*storage.keys(VIEW_LOGS)]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_beacon_is_a_line_of_a_file(beacons: BeaconLog, storage: Filling, method: str) -> None:
    assert close(beacons, storage) == []
    ask(beacons, storage, SAID, "", method=method)
    [key] = close(beacons, storage)
    assert re.fullmatch(r"logs/views/local\.\d{4}-\d\d-\d\d-\d\d\.[0-9a-f]{8}\.gz", key)
    first, second = read_log(storage.path(key), "/b")
    assert (first.path, first.query, first.status, first.address) == ("/b", SAID, "204", "192.0.2.7")
    assert second.query == "-"
    assert close(beacons, storage) == [key]


def test_beacons_wait_for_room_and_not_without_end(beacons: BeaconLog, storage: Filling) -> None:
    storage.full = True
    ask(beacons, storage, SAID)
    assert close(beacons, storage) == []
    beacons._lines *= MOST_LINES
    ask(beacons, storage, SAID)
    storage.full = False
    [key] = close(beacons, storage)
    assert sum(1 for _ in read_log(storage.path(key), "/b")) == MOST_LINES
