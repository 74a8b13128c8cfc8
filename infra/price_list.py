"""Prices, ours beside the product's: read as data, each from the one file where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / "infra" / "prices.toml"
PRODUCTS = ROOT / "shared" / "costs" / "prices.toml"


class UnknownPrice(LookupError):
    """The price files have no such price; the text names it."""


@dataclass(frozen=True)
class PriceList:
    """The prices of one day, in USD, for us-east-1.

    tables: ours, by service. product: [[aws]] of shared/costs/prices.toml.
    """

    tables: Mapping[str, Any]
    product: Mapping[str, Any]

    def of(self, table: str, name: str) -> Decimal:
        """Raises UnknownPrice."""
        try:
            return Decimal(self.tables[table][name])
        except KeyError as error:
            raise UnknownPrice(f"{OURS.name} has no price {table}.{name}") from error

    def product_of(self, name: str) -> Decimal:
        """One that the product reckons with too. Raises UnknownPrice."""
        try:
            return Decimal(self.product[name])
        except KeyError as error:
            raise UnknownPrice(f"shared/costs/prices.toml has no price aws.{name}") from error

    def gb_second(self, architecture: str) -> Decimal:
        """Of a function. Raises UnknownPrice."""
        try:
            return Decimal(self.product["lambda_gb_second"][architecture])
        except KeyError as error:
            raise UnknownPrice(f"shared/costs/prices.toml has no Lambda on {architecture}") from error

    @property
    def hours(self) -> Decimal:
        """In a month."""
        return Decimal(self.tables["hours_a_month"])


def read_price_list(day: date | None = None, ours: Path = OURS, products: Path = PRODUCTS) -> PriceList:
    """The prices of `day`, today by default. Raises UnknownPrice for a day before all prices."""
    day = day or datetime.now(UTC).date()
    return PriceList(tables=_of_day(ours, day), product=_of_day(products, day))


def _of_day(path: Path, day: date) -> Mapping[str, Any]:
    periods = [period for period in tomllib.loads(path.read_text())["aws"] if period["from"] <= day]
    if not periods:
        raise UnknownPrice(f"{path.name} has no prices for {day}")
    newest: Mapping[str, Any] = max(periods, key=lambda period: period["from"])
    return newest
