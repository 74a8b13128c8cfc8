"""What a process keeps of the memory that it has freed."""

from __future__ import annotations

import ctypes


def give_back_memory() -> None:
    """Give what was freed back to the system.

    glibc keeps freed pictures in heaps, one for each thread. Other libraries have nothing to be told.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
