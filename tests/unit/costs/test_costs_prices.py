"""The price file, and what it makes of characters and milliseconds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.costs import UnknownPlan, read_prices

MULTILINGUAL, FLASH = "eleven_multilingual_v2", "eleven_flash_v2_5"


@pytest.mark.parametrize(
    ("characters", "model", "plan", "usd"),
    [
        (500, MULTILINGUAL, None, "0.15"),
        (1, MULTILINGUAL, None, "0.0003"),
        (0, MULTILINGUAL, None, "0"),
        (500, FLASH, None, "0.15"),
        (100_000, MULTILINGUAL, "creator", "22"),
        (100_000, FLASH, "Creator", "11"),
        (1_000_000, MULTILINGUAL, "scale", "165"),
        (500, MULTILINGUAL, "free", "0"),
    ],
)
def test_characters(characters: int, model: str, plan: str | None, usd: str) -> None:
    assert read_prices().elevenlabs_usd(characters, model, plan) == Decimal(usd)


def test_an_unknown_plan_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownPlan, match=r"ELEVENLABS_PLAN: 'platinum' is none of free, starter"):
        read_prices().elevenlabs_usd(1, MULTILINGUAL, "platinum")
    with pytest.raises(UnknownPlan):
        read_prices().elevenlabs_at_once("platinum")


@pytest.mark.parametrize(("plan", "calls"), [(None, 2), ("free", 2), ("Creator", 5), ("business", 15)])
def test_a_plan_says_how_many_calls_it_takes_at_once(plan: str | None, calls: int) -> None:
    assert read_prices().elevenlabs_at_once(plan) == calls


def test_lambda_is_exact() -> None:
    prices = read_prices()
    assert prices.lambda_usd(1000, 1024) == Decimal("0.0000166667") + Decimal("0.0000002")
    assert prices.lambda_usd(1000, 1024, "arm64") == Decimal("0.0000133334") + Decimal("0.0000002")
    assert prices.lambda_usd(1, 512) == Decimal("0.0000000083333500") + Decimal("0.0000002")


def test_the_other_prices_are_those_of_the_vendors() -> None:
    aws = read_prices().aws
    assert aws.s3_gb_month == Decimal("0.023")
    assert aws.cloudfront_gb == Decimal("0.085")
    assert aws.step_functions_transition * 1000 == Decimal("0.025")
    assert aws.lambda_request * 1_000_000 == Decimal("0.20")


def test_a_day_before_all_prices_has_none() -> None:
    with pytest.raises(ValueError, match="no prices for 2019"):
        read_prices(date(2019, 5, 1))
