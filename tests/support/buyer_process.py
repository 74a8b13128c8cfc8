"""Buys sentences from the fake ElevenLabs through the real adapter, and dies where it is told to.

    python -m tests.support.buyer_process '{"folder": …, "vendor_url": …, "database_url": …, …}'

With several texts it forks: each child buys one, all at the same moment. Says `bought` for each.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import event

from shared.costs import (
    Answer,
    Books,
    DatabaseBooks,
    DatabaseSlots,
    FileBooks,
    FileSlots,
    Ledger,
    PaidCall,
    read_prices,
)
from shared.database import Database
from shared.settings import Settings
from shared.storage import FileStorage
from shared.values import Value
from shared.voice.elevenlabs import ElevenLabsVoice
from shared.voice.port import Line, Persona, VoiceSettings
from shared.workflow.leases import Lease

LEASE = Lease(seconds=1.5, beat_seconds=0.4, poll_seconds=0.05)
Death = Literal[
    "never", "before the call", "before the answer is kept", "after it", "before done", "after done"
]


class Order(Value):
    """What to buy and where. database_url: None keeps the books in files. dies: where kill -9 comes."""

    folder: Path
    vendor_url: str
    texts: tuple[str, ...]
    database_url: str | None = None
    workspace_id: int = 0
    plan: str | None = None
    dies: Death = "never"


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DeadlyStorage(FileStorage):
    """Dies before or after it keeps something."""

    dies: Death = "never"

    def put(self, key: str, source: bytes | Path, content_type: str = "application/octet-stream") -> None:
        if self.dies == "before the answer is kept":
            die()
        super().put(key, source, content_type)
        if self.dies == "after it":
            die()


class DeadlyBooks:
    """Dies around what other books do."""

    def __init__(self, books: DatabaseBooks | FileBooks, dies: Death) -> None:
        self.books = books
        self.dies = dies
        self.claimed = books.claimed
        self.extend = books.extend
        self.close = books.close

    def begin(self, call: PaidCall, lease_seconds: float) -> str | None:
        claim = self.books.begin(call, lease_seconds)
        if self.dies == "before the call":
            die()
        return claim

    def finish(self, call: PaidCall, claim: str, answer: Answer) -> None:
        if self.dies == "before done":
            self._die_before_it_is_written()
        self.books.finish(call, claim, answer)
        if self.dies == "after done":
            die()

    def _die_before_it_is_written(self) -> None:
        if isinstance(self.books, FileBooks):
            die()
        else:  # the row is changed, and the change is never committed
            event.listen(self.books.database.engine, "commit", die)


def open_ledger(order: Order) -> Ledger:
    storage = DeadlyStorage(order.folder / "storage")
    storage.dies = order.dies
    if order.database_url is None:
        books: Books = DeadlyBooks(FileBooks(order.folder / "books" / "paid_calls.jsonl"), order.dies)
        return Ledger(books, storage, "answers/files", FileSlots(order.folder / "slots", LEASE), LEASE)
    database = Database(order.database_url)
    books = DeadlyBooks(DatabaseBooks(database, order.workspace_id, None, "voice"), order.dies)
    slots = DatabaseSlots(database, LEASE)
    return Ledger(books, storage, f"answers/{order.workspace_id}", slots, LEASE)


async def buy(order: Order, text: str) -> bool:
    """Whether it had been bought before."""
    values: dict[str, Any] = {
        "elevenlabs_api_key": "any",
        "elevenlabs_base_url": order.vendor_url,
        "elevenlabs_plan": order.plan,
    }
    settings = Settings(leadreel_home=order.folder, _env_file=None, **values)
    voice = ElevenLabsVoice(settings, open_ledger(order), read_prices())
    return (await voice.say(Line(text), Persona("voice", "Ana"), VoiceSettings())).bought_before


def buy_each_in_a_child(order: Order) -> int:
    """How many children failed."""
    import elevenlabs.client  # takes a second: once here, not in each child
    import elevenlabs.text_to_speech.client
    import elevenlabs.types  # noqa: F401

    children = []
    for text in order.texts:
        child = os.fork()
        if child == 0:
            bought_before = asyncio.run(buy(order, text))
            os.write(1, b"had been bought\n" if bought_before else b"bought\n")
            os._exit(0)
        children.append(child)
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


if __name__ == "__main__":
    sys.exit(buy_each_in_a_child(Order.model_validate(json.loads(sys.argv[1]))))
