"""Memory that was freed goes back to the system, also from below what is still in use."""

from __future__ import annotations

import numpy as np
import psutil

from shared.media.memory import give_back_memory

BLOCKS, BLOCK_BYTES = 400, 100_000  # small enough to come from a heap


def test_what_was_freed_is_given_back() -> None:
    process = psutil.Process()
    blocks = [np.ones(BLOCK_BYTES, np.uint8) for _ in range(BLOCKS)]
    last = blocks.pop()  # lies above the others
    blocks.clear()
    held = process.memory_info().rss
    give_back_memory()
    assert held - process.memory_info().rss > BLOCKS * BLOCK_BYTES / 2
    assert last.all()
