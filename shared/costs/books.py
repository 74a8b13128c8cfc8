"""The ledger's rows in a file, for a script without a database."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from shared.costs.ledger import DoneCall, Ledger, PaidCall
from shared.settings import Settings
from shared.storage import open_storage


class FileBooks:
    """One JSON object a line; lines are only ever added, whole and flushed to disk, under a lock.

    Several processes may share a file. `path` is made on the first entry.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def find_done(self, call: PaidCall) -> DoneCall | None:
        for row in self.rows():
            if row["status"] == "done" and row["content_hash"] == call.content_hash:
                return DoneCall(Decimal(row["price_usd"]), Decimal(row["quantity"]), row["unit"])
        return None

    def begin(self, call: PaidCall) -> None:
        request = dict(call.request)
        self._add(call, {"status": "begun", "request": request})

    def finish(self, call: PaidCall, done: DoneCall) -> None:
        row = {"price_usd": str(done.price_usd), "quantity": str(done.quantity), "unit": done.unit}
        self._add(call, {"status": "done", **row})

    def refuse(self, call: PaidCall, reason: str) -> None:
        self._add(call, {"status": "refused", "reason": reason})

    def rows(self) -> Iterator[dict[str, Any]]:
        """All entries, oldest first. A line that a crash cut off is passed over."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                if line.endswith("\n") and line.strip():
                    try:
                        yield json.loads(line)
                    except json.JSONDecodeError:
                        continue

    def unsettled(self) -> list[dict[str, Any]]:
        """Calls that were begun and neither done nor refused since: whether they were charged is unknown."""
        open_rows: dict[str, list[dict[str, Any]]] = {}
        for row in self.rows():
            begun = open_rows.setdefault(row["content_hash"], [])
            if row["status"] == "begun":
                begun.append(row)
            elif begun:
                begun.pop()
        return [row for begun in open_rows.values() for row in begun]

    def _add(self, call: PaidCall, entry: dict[str, Any]) -> None:
        row = {
            "at": datetime.now(UTC).isoformat(),
            "vendor": call.vendor,
            "operation": call.operation,
            "content_hash": call.content_hash,
            **entry,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            line = json.dumps(row, ensure_ascii=False) + "\n"
            if _is_cut_off(descriptor):
                line = "\n" + line
            _write_all(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)  # gives the lock back too


def _is_cut_off(descriptor: int) -> bool:
    """Whether the last line has no end."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def open_file_ledger(settings: Settings) -> Ledger:
    """The ledger of a script: books in LEADREEL_HOME, answers in storage under `answers/files`."""
    books = FileBooks(settings.leadreel_home / "books" / "paid_calls.jsonl")
    return Ledger(books, open_storage(settings), "answers/files")
