"""The ledger of paid calls: written down before the call, answered from what is kept ever after.

    begin (committed) ─▶ the vendor is called ─▶ answer kept by content hash ─▶ done (committed)

A crash in between leaves a row that says `begun`: whether the vendor charged is then unknown, and it is
reported as such. A call that is `done` is never made again: its answer is read from storage.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Protocol

from shared.errors import LeadreelError, Retryable
from shared.storage import NotStored, Storage


class AnswerLost(Retryable):
    """The vendor was asked and its answer did not arrive whole: it may have charged."""


@dataclass(frozen=True)
class PaidCall:
    """What is bought: the vendor, the operation and everything that shapes the answer (never a secret)."""

    vendor: str
    operation: str
    request: Mapping[str, Any]

    @property
    def content_hash(self) -> str:
        """SHA-256 over the vendor, the operation and the request, in hexadecimal."""
        whole = json.dumps([self.vendor, self.operation, self.request], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True)
class Answer:
    """What the vendor gave.

    body: as it is kept. cost_usd: what this purchase cost, 0 when it was bought before (`bought_before`);
    price_usd: what it cost when it was bought. quantity in `unit` (characters, tokens) as the vendor counts.
    """

    body: bytes
    price_usd: Decimal
    quantity: Decimal
    unit: str
    bought_before: bool = False

    @property
    def cost_usd(self) -> Decimal:
        return Decimal(0) if self.bought_before else self.price_usd


@dataclass(frozen=True)
class DoneCall:
    """A purchase in the books."""

    price_usd: Decimal
    quantity: Decimal
    unit: str


class Books(Protocol):
    """Where the rows of the ledger are kept: Postgres in the product, a file beside a script."""

    def find_done(self, call: PaidCall) -> DoneCall | None: ...

    def begin(self, call: PaidCall) -> None:
        """Write the intent down, for good, before the call."""
        ...

    def finish(self, call: PaidCall, done: DoneCall) -> None: ...

    def refuse(self, call: PaidCall, reason: str) -> None:
        """The vendor said no, so nothing was charged."""
        ...


class Ledger:
    """Buys an answer at most once. `prefix` is where answers are kept, such as `answers/1`."""

    def __init__(self, books: Books, storage: Storage, prefix: str) -> None:
        self.books = books
        self.storage = storage
        self.prefix = prefix

    def answer_key(self, call: PaidCall) -> str:
        return f"{self.prefix}/{call.vendor}/{call.content_hash}"

    async def buy(self, call: PaidCall, purchase: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer to `call`, from storage if it was bought before, else by `purchase`.

        Raises what `purchase` raises. A `LeadreelError` from it means that the vendor refused and nothing was
        charged; an `AnswerLost`, or anything else, leaves the row as begun.
        """
        key = self.answer_key(call)
        done = self.books.find_done(call) or self._settle(call, key)
        if done is not None and self.storage.exists(key):
            return Answer(self.storage.get(key), done.price_usd, done.quantity, done.unit, bought_before=True)
        self.books.begin(call)
        try:
            answer = await purchase()
        except AnswerLost:
            raise
        except LeadreelError as error:
            self.books.refuse(call, str(error))
            raise
        done = DoneCall(answer.price_usd, answer.quantity, answer.unit)
        self.storage.put(key, answer.body)
        self.storage.put(f"{key}.receipt", json.dumps(asdict(done), default=str).encode(), "application/json")
        self.books.finish(call, done)
        return answer

    def _settle(self, call: PaidCall, key: str) -> DoneCall | None:
        """Write down now what was answered and kept, where a crash kept it out of the books."""
        try:
            receipt = json.loads(self.storage.get(f"{key}.receipt"))
        except NotStored:
            return None
        done = DoneCall(Decimal(receipt["price_usd"]), Decimal(receipt["quantity"]), receipt["unit"])
        self.books.finish(call, done)
        return done
