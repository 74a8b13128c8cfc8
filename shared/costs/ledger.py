"""The ledger of paid calls: written down before the call, answered from what is kept ever after.

    begin (committed) ─▶ the vendor is called ─▶ answer kept by content hash ─▶ done (committed)

Whoever begins a call has a claim on it, which others wait for. The claim of one who died runs out: its call
is then `unknown`, for the vendor may have charged or not, and reported as such. An answer that is kept is
never bought again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal, Protocol

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_before_delay,
    wait_random_exponential,
)

from shared.costs.slots import PATIENCE_SECONDS, Slots
from shared.errors import LeadreelError, RateLimited, Retryable
from shared.storage import NotStored, Storage
from shared.workflow.leases import Lease, extended

LONGEST_PAUSE_SECONDS = 20.0
GONE = "whoever asked was not heard of again, so whether the vendor charged is unknown"
BOUGHT_MEANWHILE = "the vendor was not asked: somebody else had just bought the answer"

_backing_off = wait_random_exponential(max=LONGEST_PAUSE_SECONDS)


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


class Books(Protocol):
    """Where the rows of the ledger are kept: Postgres in the product, a file beside a script.

    A claim is the name of the row that `begin` wrote.
    """

    def claimed(self, call: PaidCall) -> bool:
        """Whether somebody makes this call right now."""
        ...

    def begin(self, call: PaidCall, lease_seconds: float) -> str | None:
        """Claim the call and write the intent down, for good, before it is made; None if another has it.

        Rows of those who died over the same call become `unknown`.
        """
        ...

    def extend(self, claim: str, lease_seconds: float) -> None: ...

    def finish(self, call: PaidCall, claim: str, answer: Answer) -> None:
        """The answer is kept, and this is what it cost. The same again changes nothing."""
        ...

    def close(self, call: PaidCall, claim: str, status: Literal["refused", "unknown"], reason: str) -> None:
        """The vendor said no, so nothing was charged; or whether it charged can't be known."""
        ...


class Ledger:
    """Buys an answer at most once, whoever else wants it at the same time.

    prefix: where answers are kept, such as `answers/1`. patience_seconds: for how long after its start a
    purchase may be tried again, or wait for a slot, where the vendor asks to wait. on_wait: told the vendor
    that asked us to wait.
    """

    def __init__(
        self,
        books: Books,
        storage: Storage,
        prefix: str,
        slots: Slots,
        lease: Lease | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        self.books = books
        self.on_wait = on_wait
        self.storage = storage
        self.prefix = prefix
        self.slots = slots
        self.lease = lease or Lease()
        self.patience_seconds = patience_seconds

    def answer_key(self, call: PaidCall) -> str:
        return f"{self.prefix}/{call.vendor}/{call.content_hash}"

    async def buy(
        self,
        call: PaidCall,
        purchase: Callable[[], Awaitable[Answer]],
        at_most: int | None = None,
        patience_seconds: float = math.inf,
    ) -> Answer:
        """The answer to `call`, from storage if it was bought before, else by `purchase`.

        at_most: how many calls the vendor takes at once, over all who share the slots; None: any number.
        patience_seconds: less than the ledger's, where a step has less time.

        Raises what `purchase` raises; RateLimited too when no slot came free. A `LeadreelError` from it means
        that the vendor refused and nothing was charged, and a RateLimited is tried again as long as patience
        lasts. An `AnswerLost`, or anything else, leaves the call as unknown.
        """
        patience = min(patience_seconds, self.patience_seconds)
        trying = AsyncRetrying(
            retry=retry_if_exception_type(RateLimited),
            wait=pause_seconds,
            stop=stop_before_delay(patience),
            reraise=True,
        )
        return await trying(self._try, call, purchase, at_most, patience)

    async def _try(
        self,
        call: PaidCall,
        purchase: Callable[[], Awaitable[Answer]],
        at_most: int | None,
        patience_seconds: float,
    ) -> Answer:
        while (kept := self._kept(call)) is None:
            if not self.books.claimed(call):
                # the slot comes first: a claim means that the vendor may have been asked
                async with self._slot(call.vendor, at_most, patience_seconds):
                    claim = self.books.begin(call, self.lease.seconds)
                    if claim is not None:
                        return await self._ask(call, claim, purchase)
            await asyncio.sleep(self.lease.poll_seconds)
        return kept

    def _slot(
        self, vendor: str, at_most: int | None, patience_seconds: float
    ) -> AbstractAsyncContextManager[None]:
        return nullcontext() if at_most is None else self.slots.taken(vendor, at_most, patience_seconds)

    async def _ask(self, call: PaidCall, claim: str, purchase: Callable[[], Awaitable[Answer]]) -> Answer:
        with self._accounting(call, claim, uncharged=Exception):
            kept = self._kept(call)  # by one who was quicker since we last looked
        if kept is not None:
            self.books.close(call, claim, "refused", BOUGHT_MEANWHILE)
            return kept
        with extended(lambda: self.books.extend(claim, self.lease.seconds), self.lease.beat_seconds):
            with self._accounting(call, claim, uncharged=LeadreelError):
                answer = await purchase()
            with self._accounting(call, claim):
                self.storage.put(self.answer_key(call), packed(claim, answer))
            self.books.finish(call, claim, answer)
        return answer

    @contextmanager
    def _accounting(
        self, call: PaidCall, claim: str, uncharged: type[Exception] | tuple[()] = ()
    ) -> Iterator[None]:
        """What ends the block ends the claim: refused if it is one of `uncharged`, else unknown."""
        try:
            yield
        except BaseException as error:
            refused = isinstance(error, uncharged) and not isinstance(error, AnswerLost)
            ours = isinstance(error, LeadreelError)
            reason = str(error) if ours else f"{type(error).__name__}: {error}"
            with suppress(Retryable):  # the claim runs out by itself, and the first error tells more
                self.books.close(call, claim, "refused" if refused else "unknown", reason)
                if isinstance(error, RateLimited) and self.on_wait is not None:
                    self.on_wait(call.vendor)
            raise

    def _kept(self, call: PaidCall) -> Answer | None:
        """What was bought before; a crash may have kept it out of the books, so it is written down there."""
        try:
            found = unpacked(self.storage.get(self.answer_key(call)))
        except NotStored:
            return None
        if found is None:
            return None
        claim, answer = found
        self.books.finish(call, claim, answer)
        return replace(answer, bought_before=True)


def pause_seconds(tried: RetryCallState) -> float:
    """How long to wait: what the vendor asked for, else at random within a window that doubles."""
    error = tried.outcome.exception() if tried.outcome else None
    asked = error.retry_after_seconds if isinstance(error, RateLimited) else None
    return _backing_off(tried) if asked is None else asked


def packed(claim: str, answer: Answer) -> bytes:
    """What is stored: a line of JSON, the receipt, then the body. One object: never one without the other."""
    receipt = {
        "claim": claim,
        "price_usd": str(answer.price_usd),
        "quantity": str(answer.quantity),
        "unit": answer.unit,
    }
    return json.dumps(receipt).encode() + b"\n" + answer.body


def unpacked(stored: bytes) -> tuple[str, Answer] | None:
    """The claim and the answer; None if it has no receipt."""
    head, _, body = stored.partition(b"\n")
    try:
        receipt = json.loads(head)
        claim, price, quantity = receipt["claim"], Decimal(receipt["price_usd"]), Decimal(receipt["quantity"])
        return claim, Answer(body, price, quantity, receipt["unit"])
    except (ValueError, KeyError, TypeError):
        return None
