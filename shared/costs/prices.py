"""What things cost, read from `prices.toml`: exact amounts of USD, each with the day from which it holds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

from pydantic import Field

from shared.errors import Permanent
from shared.values import Value

Architecture = Literal["x86_64", "arm64"]


class UnknownPlan(Permanent):
    """ELEVENLABS_PLAN names no plan of the price file."""


class Plan(Value):
    """A subscription: what it costs a month, the credits in it, and how many calls it takes at once."""

    usd_per_month: Decimal
    credits: int = Field(gt=0)
    concurrency: int = Field(gt=0)


class ElevenLabsPrices(Value):
    """usd_per_character and concurrency: without a plan.

    credits_per_character: by model, `default` for the others.
    """

    since: date = Field(alias="from")
    usd_per_character: Decimal
    concurrency: int = Field(gt=0)
    credits_per_character: Mapping[str, Decimal]
    plans: Mapping[str, Plan]

    def plan(self, name: str) -> Plan:
        """Raises UnknownPlan."""
        if name.lower() not in self.plans:
            raise UnknownPlan(f"ELEVENLABS_PLAN: {name!r} is none of {', '.join(self.plans)}")
        return self.plans[name.lower()]


class AwsPrices(Value):
    """Per request, GB-second, transition, GB-month, GB: as the names say."""

    since: date = Field(alias="from")
    lambda_request: Decimal
    lambda_gb_second: Mapping[Architecture, Decimal]
    step_functions_transition: Decimal
    s3_gb_month: Decimal
    s3_put: Decimal
    s3_get: Decimal
    cloudfront_gb: Decimal


class Prices(Value):
    """The prices of one day."""

    elevenlabs: ElevenLabsPrices
    aws: AwsPrices

    def elevenlabs_usd(self, characters: int, model: str, plan: str | None = None) -> Decimal:
        """What speaking so many characters costs: by the character, or as their share of the plan's fee.

        Raises UnknownPlan.
        """
        prices = self.elevenlabs
        if plan is None:
            return characters * prices.usd_per_character
        chosen = prices.plan(plan)
        rate = prices.credits_per_character.get(model, prices.credits_per_character["default"])
        return characters * rate * chosen.usd_per_month / chosen.credits

    def elevenlabs_at_once(self, plan: str | None = None) -> int:
        """How many calls ElevenLabs takes at once. Raises UnknownPlan."""
        return self.elevenlabs.concurrency if plan is None else self.elevenlabs.plan(plan).concurrency

    def lambda_usd(self, billed_ms: int, memory_mb: int, architecture: Architecture = "x86_64") -> Decimal:
        """What one invocation costs: its GB-seconds and its request, to the last digit."""
        gb_seconds = Decimal(billed_ms) / 1000 * Decimal(memory_mb) / 1024
        return gb_seconds * self.aws.lambda_gb_second[architecture] + self.aws.lambda_request


Dated = TypeVar("Dated", ElevenLabsPrices, AwsPrices)


def read_prices(day: date | None = None) -> Prices:
    """The prices of `day`, today by default. Raises ValueError for a day before all prices."""
    day = day or datetime.now(UTC).date()
    table = _table()
    return Prices(
        elevenlabs=_of_day([ElevenLabsPrices(**period) for period in table["elevenlabs"]], day),
        aws=_of_day([AwsPrices(**period) for period in table["aws"]], day),
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("shared.costs").joinpath("prices.toml").read_text())


def _of_day(periods: list[Dated], day: date) -> Dated:
    begun = [period for period in periods if period.since <= day]
    if not begun:
        raise ValueError(f"prices.toml has no prices for {day}")
    return max(begun, key=lambda period: period.since)
