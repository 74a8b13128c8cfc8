"""Slots and locks between processes, and leases that are extended while work lasts."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shared.costs import FileSlots
from shared.errors import RateLimited, Retryable
from shared.workflow.leases import Lease, extended, lock_file

LEASE = Lease(poll_seconds=0.01)
HOLD = """
import sys, time
from pathlib import Path
from shared.workflow.leases import lock_file
print(lock_file(Path(sys.argv[1])) is not None, flush=True)
time.sleep(60)
"""


def test_a_killed_process_gives_its_lock_back(tmp_path: Path) -> None:
    path = tmp_path / "locks" / "one"
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], cwd=root, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == "True\n"
        assert lock_file(path) is None
        holder.kill()
    lock = lock_file(path)
    assert lock is not None
    os.close(lock)


def test_a_file_that_is_replaced_while_it_is_locked_is_another_lock(tmp_path: Path) -> None:
    first = lock_file(tmp_path / "one")
    assert first is not None
    (tmp_path / "one").unlink()
    second = lock_file(tmp_path / "one")
    assert second is not None
    os.close(first)
    os.close(second)


async def test_each_vendor_has_slots_of_its_own(tmp_path: Path) -> None:
    slots = FileSlots(tmp_path, LEASE)
    async with slots.taken("one", 1), slots.taken("other", 1):
        with pytest.raises(RateLimited, match="as many calls to one"):
            async with slots.taken("one", 1, patience_seconds=0.05):
                pass
    async with slots.taken("one", 1, patience_seconds=0):
        pass


async def test_a_slot_that_comes_free_is_taken(tmp_path: Path) -> None:
    slots = FileSlots(tmp_path, LEASE)

    async def hold() -> None:
        async with slots.taken("vendor", 2):
            await asyncio.sleep(0.05)

    began = time.monotonic()
    await asyncio.gather(*(hold() for _ in range(6)))
    assert time.monotonic() - began >= 0.15


def test_a_lease_is_extended_while_the_block_runs_whatever_goes_wrong_with_one_beat() -> None:
    beats: list[float] = []

    def beat() -> None:
        beats.append(time.monotonic())
        if len(beats) == 1:
            raise Retryable("the database can't be reached")

    with extended(beat, 0.02):
        time.sleep(0.2)  # as an event loop that is busy
    counted = len(beats)  # none comes after the block
    assert counted >= 3
    time.sleep(0.1)
    assert len(beats) == counted
