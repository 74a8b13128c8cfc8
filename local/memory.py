"""How much memory a process and everything below it use."""

from __future__ import annotations

import psutil


def memory_used(root: int, limit: int) -> int:
    """Bytes of memory used below a process. Shared pages count once when the sum seems above the limit."""
    try:
        below = psutil.Process(root).children(recursive=True)
    except psutil.Error:
        return 0
    resident = sum(_memory(process, exact=False) for process in below)
    return resident if resident <= limit else sum(_memory(process, exact=True) for process in below)


def _memory(process: psutil.Process, exact: bool) -> int:
    try:
        if exact:
            info = process.memory_full_info()
            return int(getattr(info, "pss", info.rss))
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
