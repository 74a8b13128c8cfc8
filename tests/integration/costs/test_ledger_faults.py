"""Kill -9 around a purchase, and many buyers at once: what counts is what the vendor charged.

Each runs with the books in Postgres and in files, through the vendor's own SDK.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.postgres import Postgres
from shared.costs import FileBooks, unsettled_calls
from shared.database import Database
from tests.support.buyer_process import Death, Order, buy
from tests.support.processes import eventually
from tests.support.vendors import VendorServer

ROOT = Path(__file__).parents[3]
TEXT = "A look at what your team could do."


@pytest.fixture(params=["postgres", "files"])
def order(
    request: pytest.FixtureRequest,
    migrated: Postgres,
    workspace_id: int,
    vendors: VendorServer,
    tmp_path: Path,
) -> Order:
    url = migrated.app_url if request.param == "postgres" else None
    return Order(
        folder=tmp_path,
        vendor_url=vendors.elevenlabs_url,
        texts=(TEXT,),
        database_url=url,
        workspace_id=workspace_id,
    )


@contextmanager
def buyers(order: Order, **values: object) -> Iterator[subprocess.Popen[str]]:
    told = order.model_copy(update=values).model_dump_json()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.buyer_process", told],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> list[str]:
    """What each buyer came to, in alphabetical order."""
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return sorted(line for line in output.splitlines() if not line.startswith('{"_aws"'))  # metrics


def unsettled(order: Order, database: Database) -> list[tuple[str, str]]:
    """Vendor and operation of each call that is reported as unknown."""
    if order.database_url is None:
        rows = FileBooks(order.folder / "books" / "paid_calls.jsonl").unsettled()
        return [(row["vendor"], row["operation"]) for row in rows]
    return [(call.vendor, call.operation) for call in unsettled_calls(database, order.workspace_id)]


async def settled_by_another(order: Order) -> bool:
    """This process wants the same: whether it found it bought."""
    async with asyncio.timeout(20):
        return await buy(order, TEXT)


LOST = [("elevenlabs", "text-to-speech")]


@pytest.mark.parametrize(
    ("dies", "charges", "reported"),
    [
        ("before the call", 1, LOST),  # nobody can know that the vendor was not reached
        ("before the answer is kept", 2, LOST),
        ("after it", 1, []),
        ("before done", 1, []),
        ("after done", 1, []),
    ],
)
async def test_whoever_is_killed_nothing_is_bought_twice_unless_its_answer_was_lost(
    order: Order,
    vendors: VendorServer,
    database: Database,
    dies: Death,
    charges: int,
    reported: list[tuple[str, str]],
) -> None:
    with buyers(order, dies=dies) as killed:
        killed.communicate(timeout=60)
        assert killed.returncode == 1  # its one child was killed
    before = vendors.elevenlabs.charges
    assert await settled_by_another(order) is (charges == before)
    assert vendors.elevenlabs.charges == charges
    assert unsettled(order, database) == reported
    assert await settled_by_another(order) is True
    assert vendors.elevenlabs.charges == charges


async def test_an_answer_that_was_on_its_way_to_one_who_died_is_bought_once_more_and_reported(
    order: Order, vendors: VendorServer, database: Database
) -> None:
    vendors.elevenlabs.seconds = 2.0
    with buyers(order) as process:
        assert eventually(lambda: vendors.elevenlabs.charges == 1, 60)
        assert unsettled(order, database) == []  # it is being made
        kill_group(process)
    vendors.elevenlabs.seconds = 0.0
    assert await settled_by_another(order) is False
    assert vendors.elevenlabs.charges == 2
    assert unsettled(order, database) == LOST


def kill_group(process: subprocess.Popen[str]) -> None:
    """The process, which leads a session of its own, and its children."""
    os.killpg(process.pid, signal.SIGKILL)


def test_eight_who_want_the_same_sentence_at_once_buy_it_once(
    order: Order, vendors: VendorServer, database: Database
) -> None:
    vendors.elevenlabs.seconds = 3.0  # twice as long as a lease: it is extended meanwhile
    with buyers(order, texts=(TEXT,) * 8) as process:
        assert said(process) == ["bought"] + ["had been bought"] * 7
    assert vendors.elevenlabs.charges == 1
    assert unsettled(order, database) == []


@pytest.mark.parametrize("vendor_takes", [2, 1])
def test_eight_with_sentences_of_their_own_keep_to_what_the_vendor_takes_at_once(
    order: Order, vendors: VendorServer, vendor_takes: int
) -> None:
    """Of two at once by the plan; the vendor that takes fewer is asked again after a while."""
    vendors.elevenlabs.seconds = 0.3
    vendors.elevenlabs.at_most = vendor_takes
    with buyers(order, texts=tuple(f"{TEXT} {number}" for number in range(8)), plan="free") as process:
        assert said(process) == ["bought"] * 8
    assert vendors.elevenlabs.charges == 8
    assert vendors.elevenlabs.most_at_once == 2
