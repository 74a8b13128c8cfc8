"""The ledger buys an answer once, whatever happens in between: counted at the purchase."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from shared.costs import Answer, AnswerLost, FileBooks, FileSlots, Ledger, PaidCall
from shared.costs.ledger import packed
from shared.errors import Permanent, RateLimited, Retryable
from shared.storage import FileStorage
from shared.workflow.leases import Lease

CALL = PaidCall("vendor", "speak", {"text": "Grüß dich", "voice": "a"})
SOUND = Answer(b"sound", Decimal("0.0123"), Decimal(41), "characters")
LEASE = Lease(poll_seconds=0.01)


class Shop:
    """Counts what it sells; raises a refusal before charging (each once), or `fault` after."""

    def __init__(self) -> None:
        self.charges = 0
        self.asked_at: list[float] = []
        self.refusals: list[Exception] = []
        self.fault: BaseException | None = None
        self.seconds = 0.0

    async def sell(self) -> Answer:
        self.asked_at.append(time.monotonic())
        await asyncio.sleep(self.seconds)
        if self.refusals:
            raise self.refusals.pop(0)
        self.charges += 1
        if self.fault:
            raise self.fault
        return SOUND


class FullDisk(FileStorage):
    """Has no room for an answer."""

    def put(self, key: str, source: bytes | Path, content_type: str = "application/octet-stream") -> None:
        raise OSError(28, "No space left on device")


@pytest.fixture
def books(tmp_path: Path) -> FileBooks:
    return FileBooks(tmp_path / "books" / "paid_calls.jsonl")


@pytest.fixture
def ledger(books: FileBooks, tmp_path: Path) -> Ledger:
    return make_ledger(books, tmp_path)


def make_ledger(books: FileBooks, folder: Path, patience_seconds: float = 5.0) -> Ledger:
    storage, slots = FileStorage(folder / "storage"), FileSlots(folder / "slots", LEASE)
    return Ledger(books, storage, "answers/files", slots, LEASE, patience_seconds)


@pytest.fixture
def shop() -> Shop:
    return Shop()


def statuses(books: FileBooks) -> list[str]:
    return [row["status"] for row in books.rows()]


async def test_the_second_time_the_answer_is_read_and_nothing_is_charged(
    ledger: Ledger, books: FileBooks, shop: Shop
) -> None:
    first = await ledger.buy(CALL, shop.sell)
    second = await ledger.buy(CALL, shop.sell)
    assert shop.charges == 1
    assert (first.body, first.cost_usd, first.bought_before) == (b"sound", Decimal("0.0123"), False)
    assert (second.body, second.cost_usd, second.bought_before) == (b"sound", Decimal(0), True)
    assert second.price_usd == Decimal("0.0123")
    assert statuses(books) == ["begun", "done"]
    assert books.unsettled() == []


async def test_another_request_is_another_purchase(ledger: Ledger, shop: Shop) -> None:
    await ledger.buy(CALL, shop.sell)
    await ledger.buy(PaidCall("vendor", "speak", {"text": "Grüß dich", "voice": "b"}), shop.sell)
    assert shop.charges == 2


async def test_the_order_of_a_requests_fields_does_not_matter(ledger: Ledger, shop: Shop) -> None:
    await ledger.buy(CALL, shop.sell)
    await ledger.buy(PaidCall("vendor", "speak", {"voice": "a", "text": "Grüß dich"}), shop.sell)
    assert shop.charges == 1


@pytest.mark.parametrize(
    "refusal", [Permanent("no such voice"), Retryable("a passing fault"), RateLimited("busy", 30)]
)
async def test_a_refusal_is_written_down_and_raised_as_it_is(
    ledger: Ledger, books: FileBooks, shop: Shop, refusal: Exception
) -> None:
    shop.refusals = [refusal]
    with pytest.raises(type(refusal)):
        await ledger.buy(CALL, shop.sell)
    assert statuses(books) == ["begun", "refused"]
    assert books.unsettled() == []
    await ledger.buy(CALL, shop.sell)
    assert shop.charges == 1


@pytest.mark.parametrize("fault", [AnswerLost("cut off"), SystemExit(137), OSError("gone")])
async def test_a_crash_after_the_charge_leaves_a_row_that_says_so(
    ledger: Ledger, books: FileBooks, shop: Shop, fault: BaseException
) -> None:
    shop.fault = fault
    with pytest.raises(type(fault)):
        await ledger.buy(CALL, shop.sell)
    assert statuses(books) == ["begun", "unknown"]
    assert [row["request"] for row in books.unsettled()] == [dict(CALL.request)]
    shop.fault = None
    await ledger.buy(CALL, shop.sell)
    assert shop.charges == 2
    assert len(books.unsettled()) == 1  # still reported: nobody knows whether the first was charged


async def test_an_answer_that_could_not_be_kept_is_not_called_done(
    books: FileBooks, shop: Shop, tmp_path: Path
) -> None:
    with pytest.raises(OSError, match="No space"):
        await Ledger(books, FullDisk(tmp_path), "answers/files", FileSlots(tmp_path)).buy(CALL, shop.sell)
    assert statuses(books) == ["begun", "unknown"]


async def test_a_done_call_whose_answer_is_gone_is_bought_again(ledger: Ledger, shop: Shop) -> None:
    await ledger.buy(CALL, shop.sell)
    ledger.storage.delete(ledger.answer_key(CALL))
    await ledger.buy(CALL, shop.sell)
    assert shop.charges == 2


def test_many_writers_share_a_file_without_mixing_lines(books: FileBooks) -> None:
    calls = [PaidCall("vendor", "speak", {"text": "x" * 5000, "number": number}) for number in range(40)]

    def trade(call: PaidCall) -> None:
        own = FileBooks(books.path)
        claim = own.begin(call, 15)
        assert claim
        own.finish(call, claim, SOUND)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(trade, calls))
    assert len(list(books.rows())) == 80
    assert books.unsettled() == []


def test_a_line_that_a_crash_cut_off_spoils_no_other(books: FileBooks) -> None:
    claim = books.begin(CALL, 15)
    assert claim
    with books.path.open("a") as file:
        file.write('{"status": "done", "content_ha')
    assert statuses(books) == ["begun"]
    books.finish(CALL, claim, SOUND)
    assert statuses(books) == ["begun", "done"]


async def test_an_answer_that_was_kept_is_not_bought_again_when_the_books_could_not_be_written(
    books: FileBooks, shop: Shop, tmp_path: Path
) -> None:
    class Unwritable(FileBooks):
        def finish(self, call: PaidCall, claim: str, answer: Answer) -> None:
            raise Retryable("the database can't be reached")

    with pytest.raises(Retryable):
        await make_ledger(Unwritable(books.path), tmp_path).buy(CALL, shop.sell)
    again = await make_ledger(books, tmp_path).buy(CALL, shop.sell)
    assert (shop.charges, again.body, again.bought_before) == (1, b"sound", True)
    *_, row = books.rows()
    assert (row["status"], row["price_usd"], row["quantity"]) == ("done", "0.0123", "41")
    assert books.unsettled() == []


async def test_what_is_kept_without_a_receipt_is_no_answer(ledger: Ledger, shop: Shop) -> None:
    ledger.storage.put(ledger.answer_key(CALL), b'{"audio_base64": "AAAA"}')
    await ledger.buy(CALL, shop.sell)
    assert shop.charges == 1


async def test_who_wants_what_is_being_bought_waits_for_it(
    books: FileBooks, shop: Shop, tmp_path: Path
) -> None:
    shop.seconds = 0.1
    ledgers = [make_ledger(FileBooks(books.path), tmp_path) for _ in range(8)]
    answers = await asyncio.gather(*(one.buy(CALL, shop.sell) for one in ledgers))
    assert shop.charges == 1
    assert sorted(answer.bought_before for answer in answers) == [False] + [True] * 7
    assert sum(answer.cost_usd for answer in answers) == SOUND.price_usd
    assert statuses(books) == ["begun", "done"]
    assert list((books.path.parent / "claims").iterdir()) == []


async def test_who_claims_a_call_right_after_it_was_bought_asks_nobody(
    books: FileBooks, shop: Shop, tmp_path: Path
) -> None:
    class Overtaken(FileBooks):
        def claimed(self, call: PaidCall) -> bool:
            """Between this look and the claim another buys it."""
            claim = books.begin(call, 15)
            assert claim
            overtaken.storage.put(overtaken.answer_key(call), packed(claim, SOUND))
            books.finish(call, claim, SOUND)
            return False

    overtaken = make_ledger(Overtaken(books.path), tmp_path)
    answer = await overtaken.buy(CALL, shop.sell)
    assert (shop.charges, answer.bought_before) == (0, True)
    assert statuses(books) == ["begun", "done", "begun", "refused"]


async def test_who_waited_asks_when_the_other_was_refused(
    books: FileBooks, shop: Shop, tmp_path: Path
) -> None:
    shop.seconds, shop.refusals = 0.1, [Permanent("not today")]
    ledgers = [make_ledger(FileBooks(books.path), tmp_path) for _ in range(2)]
    answers = await asyncio.gather(*(one.buy(CALL, shop.sell) for one in ledgers), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Permanent, Answer]
    assert shop.charges == 1


async def test_what_a_dead_process_left_open_is_reported_as_unknown(
    ledger: Ledger, books: FileBooks, shop: Shop
) -> None:
    claim = books.begin(CALL, 15)
    assert claim and books.unsettled() == []  # under way
    shop.seconds = 0.1
    buying = asyncio.create_task(ledger.buy(CALL, shop.sell))
    await asyncio.sleep(0.05)
    assert shop.asked_at == []
    books.close(CALL, claim, "unknown", "gone")
    assert (await buying).bought_before is False
    assert statuses(books) == ["begun", "unknown", "begun", "done"]
    [row] = books.unsettled()
    assert (row["status"], row["reason"], row["request"]) == ("unknown", "gone", dict(CALL.request))


async def test_a_row_of_older_books_that_was_left_open_is_reported(
    ledger: Ledger, books: FileBooks, shop: Shop
) -> None:
    books.path.parent.mkdir(parents=True)
    books.path.write_text(
        f'{{"status": "begun", "content_hash": "{CALL.content_hash}", "vendor": "vendor", "request": {{}}}}\n'
    )
    assert len(books.unsettled()) == 1
    await ledger.buy(CALL, shop.sell)
    assert statuses(books) == ["begun", "unknown", "begun", "done"]
    [row] = books.unsettled()
    assert "not heard of again" in row["reason"]


async def test_a_vendor_that_asks_to_wait_is_asked_again_when_it_said(
    ledger: Ledger, books: FileBooks, shop: Shop
) -> None:
    shop.refusals = [RateLimited("busy", 0.1), RateLimited("busy", 0.2)]
    await ledger.buy(CALL, shop.sell)
    first, second, third = shop.asked_at
    assert second - first >= 0.1
    assert third - second >= 0.2
    assert shop.charges == 1
    assert statuses(books) == ["begun", "refused", "begun", "refused", "begun", "done"]


async def test_without_a_time_the_pause_is_at_random_within_a_second_first(
    ledger: Ledger, shop: Shop
) -> None:
    shop.refusals = [RateLimited("busy")]
    await ledger.buy(CALL, shop.sell)
    first, second = shop.asked_at
    assert second - first < 1.5


async def test_a_step_with_less_time_has_less_patience(ledger: Ledger, shop: Shop) -> None:
    shop.refusals = [RateLimited("busy", 0.2)]
    with pytest.raises(RateLimited):
        await ledger.buy(CALL, shop.sell, patience_seconds=0.1)
    assert len(shop.asked_at) == 1


async def test_a_vendor_gets_no_more_calls_at_once_than_it_takes(ledger: Ledger, shop: Shop) -> None:
    now = most = 0

    async def sell() -> Answer:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.03)
        now -= 1
        return await shop.sell()

    calls = [PaidCall("vendor", "speak", {"number": number}) for number in range(8)]
    await asyncio.gather(*(ledger.buy(call, sell, at_most=3) for call in calls))
    assert (shop.charges, most) == (8, 3)


async def test_who_is_told_to_wait_lets_others_have_the_slot(ledger: Ledger, shop: Shop) -> None:
    shop.refusals = [RateLimited("busy", 1.0)]
    waiting = asyncio.create_task(ledger.buy(CALL, shop.sell, at_most=1))
    await asyncio.sleep(0.05)
    other = PaidCall("vendor", "speak", {"text": "another"})
    async with asyncio.timeout(0.5):
        await ledger.buy(other, shop.sell, at_most=1)
    await waiting
    assert shop.charges == 2


async def test_without_a_slot_in_time_nothing_is_written_down(
    books: FileBooks, shop: Shop, tmp_path: Path
) -> None:
    ledger = make_ledger(books, tmp_path, patience_seconds=0.1)
    async with ledger.slots.taken("vendor", 1):
        with pytest.raises(RateLimited, match="as many calls to vendor as its plan allows"):
            await ledger.buy(CALL, shop.sell, at_most=1)
    assert (shop.asked_at, list(books.rows())) == ([], [])
