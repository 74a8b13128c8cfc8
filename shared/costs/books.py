"""The ledger's rows in a file, for a script without a database."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from shared.costs.ledger import GONE, Answer, Ledger, PaidCall
from shared.costs.slots import PATIENCE_SECONDS, FileSlots
from shared.settings import Settings
from shared.storage import open_storage
from shared.workflow.leases import lock_file


class FileBooks:
    """One JSON object a line; lines are only ever added, whole and flushed to disk, under a lock.

    Several processes may share a file. A claim is a locked file beside it, so it ends with its process and
    needs no lease. `path` is made on the first entry.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._locks: dict[str, int] = {}

    def claimed(self, call: PaidCall) -> bool:
        return self._is_locked(call.content_hash)

    def begin(self, call: PaidCall, lease_seconds: float) -> str | None:
        lock = lock_file(self._lock_path(call.content_hash))
        if lock is None:
            return None
        claim = uuid4().hex
        self._locks[claim] = lock
        try:
            for row in self._open_rows():
                if row["status"] == "begun" and row["content_hash"] == call.content_hash:
                    self._add(call, {"claim": claim_of(row), "status": "unknown", "reason": GONE})
            self._add(call, {"claim": claim, "status": "begun", "request": dict(call.request)})
        except BaseException:
            self._let_go(call, claim)
            raise
        return claim

    def extend(self, claim: str, lease_seconds: float) -> None:
        """A lock needs no extension."""

    def finish(self, call: PaidCall, claim: str, answer: Answer) -> None:
        row = {
            "claim": claim,
            "status": "done",
            "price_usd": str(answer.price_usd),
            "quantity": str(answer.quantity),
            "unit": answer.unit,
        }
        try:
            with self._alone() as descriptor:
                if not any(other["status"] == "done" and claim_of(other) == claim for other in self.rows()):
                    _append(descriptor, _line(call, row))
        finally:
            self._let_go(call, claim)

    def close(self, call: PaidCall, claim: str, status: Literal["refused", "unknown"], reason: str) -> None:
        try:
            self._add(call, {"claim": claim, "status": status, "reason": reason})
        finally:
            self._let_go(call, claim)

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
        """Calls that ended neither done nor refused: whether they were charged is unknown.

        The row of what is under way right now is left out.
        """
        return [
            row
            for row in self._open_rows()
            if row["status"] == "unknown" or not self._is_locked(row["content_hash"])
        ]

    def _open_rows(self) -> list[dict[str, Any]]:
        """The row of each call that has no outcome, with what was last said of it."""
        rows: dict[str, dict[str, Any]] = {}
        for row in self.rows():
            claim = claim_of(row)
            if row["status"] in {"begun", "unknown"}:
                rows[claim] = rows.get(claim, {}) | row
            else:
                rows.pop(claim, None)
        return list(rows.values())

    def _lock_path(self, content_hash: str) -> Path:
        return self.path.parent / "claims" / content_hash

    def _is_locked(self, content_hash: str) -> bool:
        path = self._lock_path(content_hash)
        if not path.exists():
            return False
        lock = lock_file(path)
        if lock is not None:
            os.close(lock)
        return lock is None

    def _let_go(self, call: PaidCall, claim: str) -> None:
        """Give the claim back, if it is ours; its file goes while the lock still holds."""
        lock = self._locks.pop(claim, None)
        if lock is not None:
            self._lock_path(call.content_hash).unlink(missing_ok=True)
            os.close(lock)

    def _add(self, call: PaidCall, entry: dict[str, Any]) -> None:
        with self._alone() as descriptor:
            _append(descriptor, _line(call, entry))

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """The file, open for adding, with everybody else kept out."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)  # gives the lock back too


def claim_of(row: dict[str, Any]) -> str:
    """Rows of older books have no claim of their own."""
    return str(row.get("claim", row["content_hash"]))


def _line(call: PaidCall, entry: dict[str, Any]) -> str:
    row = {
        "at": datetime.now(UTC).isoformat(),
        "vendor": call.vendor,
        "operation": call.operation,
        "content_hash": call.content_hash,
        **entry,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


def _append(descriptor: int, line: str) -> None:
    """A whole line, on disk when this returns."""
    content = (("\n" if _is_cut_off(descriptor) else "") + line).encode()
    while content:
        content = content[os.write(descriptor, content) :]
    os.fsync(descriptor)


def _is_cut_off(descriptor: int) -> bool:
    """Whether the last line has no end."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def open_file_ledger(settings: Settings, patience_seconds: float = PATIENCE_SECONDS) -> Ledger:
    """The ledger of a script: books and slots in LEADREEL_HOME, answers in storage under `answers/files`."""
    books = FileBooks(settings.leadreel_home / "books" / "paid_calls.jsonl")
    slots = FileSlots(settings.leadreel_home / "slots")
    return Ledger(books, open_storage(settings), "answers/files", slots, patience_seconds=patience_seconds)
