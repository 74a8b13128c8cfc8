"""The ledger buys an answer once, whatever happens in between: counted at the purchase."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from shared.costs import Answer, AnswerLost, DoneCall, FileBooks, Ledger, PaidCall
from shared.errors import Permanent, RateLimited, Retryable
from shared.storage import FileStorage

CALL = PaidCall("vendor", "speak", {"text": "Grüß dich", "voice": "a"})


class Shop:
    """Counts what it sells; raises `fault` after charging, or before."""

    def __init__(self) -> None:
        self.charges = 0
        self.refusal: Exception | None = None
        self.fault: BaseException | None = None

    async def sell(self) -> Answer:
        if self.refusal:
            raise self.refusal
        self.charges += 1
        if self.fault:
            raise self.fault
        return Answer(b"sound", Decimal("0.0123"), Decimal(41), "characters")


class FullDisk(FileStorage):
    """Has no room for an answer."""

    def put(self, key: str, source: bytes | Path, content_type: str = "application/octet-stream") -> None:
        raise OSError(28, "No space left on device")


@pytest.fixture
def books(tmp_path: Path) -> FileBooks:
    return FileBooks(tmp_path / "books" / "paid_calls.jsonl")


@pytest.fixture
def ledger(books: FileBooks, tmp_path: Path) -> Ledger:
    return Ledger(books, FileStorage(tmp_path / "storage"), "answers/files")


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


@pytest.mark.parametrize("refusal", [Permanent("no such voice"), RateLimited("busy", 3)])
async def test_a_refusal_is_written_down_and_raised_as_it_is(
    ledger: Ledger, books: FileBooks, shop: Shop, refusal: Exception
) -> None:
    shop.refusal = refusal
    with pytest.raises(type(refusal)):
        await ledger.buy(CALL, shop.sell)
    assert statuses(books) == ["begun", "refused"]
    assert books.unsettled() == []
    shop.refusal = None
    await ledger.buy(CALL, shop.sell)
    assert shop.charges == 1


@pytest.mark.parametrize("fault", [AnswerLost("cut off"), SystemExit(137), OSError("gone")])
async def test_a_crash_after_the_charge_leaves_a_row_that_says_so(
    ledger: Ledger, books: FileBooks, shop: Shop, fault: BaseException
) -> None:
    shop.fault = fault
    with pytest.raises(type(fault)):
        await ledger.buy(CALL, shop.sell)
    assert statuses(books) == ["begun"]
    assert [row["request"] for row in books.unsettled()] == [dict(CALL.request)]
    shop.fault = None
    await ledger.buy(CALL, shop.sell)
    assert shop.charges == 2
    assert len(books.unsettled()) == 1  # still reported: nobody knows whether the first was charged


async def test_an_answer_that_could_not_be_kept_is_not_called_done(
    books: FileBooks, shop: Shop, tmp_path: Path
) -> None:
    with pytest.raises(OSError, match="No space"):
        await Ledger(books, FullDisk(tmp_path), "answers/files").buy(CALL, shop.sell)
    assert statuses(books) == ["begun"]


async def test_a_done_call_whose_answer_is_gone_is_bought_again(ledger: Ledger, shop: Shop) -> None:
    await ledger.buy(CALL, shop.sell)
    ledger.storage.delete(ledger.answer_key(CALL))
    await ledger.buy(CALL, shop.sell)
    assert shop.charges == 2


def test_many_writers_share_a_file_without_mixing_lines(books: FileBooks) -> None:
    calls = [PaidCall("vendor", "speak", {"text": "x" * 5000, "number": number}) for number in range(40)]

    def trade(call: PaidCall) -> None:
        own = FileBooks(books.path)
        own.begin(call)
        own.finish(call, DoneCall(Decimal("0.1"), Decimal(1), "characters"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(trade, calls))
    assert len(list(books.rows())) == 80
    assert books.unsettled() == []


def test_a_line_that_a_crash_cut_off_spoils_no_other(books: FileBooks) -> None:
    books.begin(CALL)
    with books.path.open("a") as file:
        file.write('{"status": "done", "content_ha')
    assert statuses(books) == ["begun"]
    books.finish(CALL, DoneCall(Decimal("0.1"), Decimal(1), "characters"))
    assert statuses(books) == ["begun", "done"]
    assert books.find_done(CALL) == DoneCall(Decimal("0.1"), Decimal(1), "characters")


async def test_an_answer_that_was_kept_is_not_bought_again_when_the_books_could_not_be_written(
    tmp_path: Path,
) -> None:
    class Unwritable(FileBooks):
        def finish(self, call: PaidCall, done: DoneCall) -> None:
            raise Retryable("the database can't be reached")

    bought = 0

    async def purchase() -> Answer:
        nonlocal bought
        bought += 1
        return Answer(b"sound", Decimal("0.12"), Decimal(400), "characters")

    call = PaidCall("vendor", "speak", {"text": "Hello"})
    storage, path = FileStorage(tmp_path / "storage"), tmp_path / "books"
    with pytest.raises(Retryable):
        await Ledger(Unwritable(path), storage, "answers/1").buy(call, purchase)
    books = FileBooks(path)
    again = await Ledger(books, storage, "answers/1").buy(call, purchase)
    assert (bought, again.body, again.bought_before) == (1, b"sound", True)
    assert books.find_done(call) == DoneCall(Decimal("0.12"), Decimal(400), "characters")
    assert books.unsettled() == []
