"""What a worker prints, line by line."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable

LONGEST_LINE = 256 * 1024  # bytes, CloudWatch's limit for one event


class Output:
    """A pipe from the worker, read by the event loop.

    lines: printed since the list was last cleared. keep: called with each line.
    """

    def __init__(self, keep: Callable[[str], None]) -> None:
        self.lines: list[str] = []
        self._keep = keep
        self._pipe = -1
        self._rest = b""

    def open(self) -> int:
        """Make the pipe; returns the end to write to, for the caller to close."""
        self._pipe, write_end = os.pipe()
        os.set_blocking(self._pipe, False)
        asyncio.get_running_loop().add_reader(self._pipe, self.read)
        return write_end

    def read(self) -> None:
        """Take what has been printed. Called by the loop, and once more at an invocation's end: what was
        printed before the answer was sent is in the pipe by then."""
        if self._pipe < 0:
            return
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self._pipe, 1 << 16):
                *lines, self._rest = (self._rest + data).split(b"\n")
                if len(self._rest) > LONGEST_LINE:
                    lines, self._rest = [*lines, self._rest], b""
                for line in lines:
                    self._take(line)
            asyncio.get_running_loop().remove_reader(self._pipe)  # end of file

    def close(self) -> None:
        """Take the rest and close the pipe."""
        if self._pipe < 0:
            return
        self.read()
        if self._rest:
            self._take(self._rest)
            self._rest = b""
        asyncio.get_running_loop().remove_reader(self._pipe)
        os.close(self._pipe)
        self._pipe = -1

    def _take(self, line: bytes) -> None:
        text = line.decode(errors="replace")
        self.lines.append(text)
        self._keep(text)
