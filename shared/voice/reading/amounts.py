"""Numbers with a sign, a currency, a magnitude or a unit glued to them: -5, $3.5M, €20k, 50%, 5GB."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from shared.voice.reading.numerals import NUMBER, Numerals, Quantity, parse
from shared.voice.reading.vocabulary import Vocabulary

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True)
class Amounts:
    """A language's amounts."""

    vocabulary: Vocabulary

    def read(self, word: str, before: str = "", after: str = "") -> str | None:
        """What is said for it beside the words `before` and `after` it; None if it is something else."""
        found = self._pattern.fullmatch(word)
        if found is None:
            return None
        sign, currency, number, suffix = (part or "" for part in found.groups())
        unit = suffix.removesuffix("+")
        if currency or unit:
            said = self._measured(number, currency, unit, after)
        else:
            said = self._plain(number, bool(sign), before, "" if suffix else after)
        if said is None:
            return None
        more = self.vocabulary.signs["+"] if suffix != unit else ""
        return " ".join(f"{self.vocabulary.before_numbers.get(sign, '')} {said} {more}".split())

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        currencies = "|".join(map(re.escape, sorted(self.vocabulary.currencies, key=len, reverse=True)))
        signs = "".join(map(re.escape, self.vocabulary.before_numbers))
        return re.compile(rf"([{signs}])?({currencies})?({NUMBER})(m2|[^0-9]*)")

    @cached_property
    def _numerals(self) -> Numerals:
        return Numerals(self.vocabulary)

    def _plain(self, number: str, signed: bool, before: str, after: str) -> str:
        if self.vocabulary.years and not signed and _YEAR.fullmatch(number):
            return self._numerals.year(int(number))
        labelled = before.lower() in self.vocabulary.agreement.labels
        noun = self.vocabulary.units.get(after, (after, after))[1]
        return self._numerals.number(number, "" if labelled else noun)

    def _measured(self, number: str, currency: str, unit: str, after: str) -> str | None:
        """With a currency before or after it, or a unit; None if `unit` is neither."""
        tables, quantity = self.vocabulary, parse(number, self.vocabulary)
        if quantity is None:
            return None
        if not currency and unit in tables.units:
            return self._numerals.counted(quantity, tables.units[unit])
        if currency and not unit and after in tables.magnitudes:
            return self._numerals.quantity(quantity)  # "million" is said before "dollars", with the next word
        scale = self._scale(currency, unit)
        if scale is None:
            return None
        money = tables.currencies.get(currency or unit.removeprefix(scale))
        if scale in tables.magnitudes:
            said = self._numerals.counted(quantity, tables.magnitudes[scale])
            return f"{said} {self.of_money(money[1])}" if money else said
        quantity = quantity.times(tables.multipliers[scale]) if scale else quantity
        return self._money(quantity, money) if money else self._numerals.quantity(quantity)

    def _scale(self, currency: str, unit: str) -> str | None:
        """The magnitude that a unit begins with, empty for none; None if the rest of it is no currency."""
        tables = self.vocabulary
        for scale in ("", *tables.multipliers, *tables.magnitudes):
            rest = unit.removeprefix(scale)
            known = (
                not rest if currency else rest in tables.currencies or (not rest and scale not in {"m", "b"})
            )
            if unit.startswith(scale) and known:
                return scale
        return None

    def of_money(self, names: str) -> str:
        """millones de euros, million euros."""
        return f"{self.vocabulary.joints['of']} {names}".strip()

    def _money(self, quantity: Quantity, names: tuple[str, str, str, str]) -> str:
        if len(quantity.part) != 2:
            return self._numerals.counted(quantity, names[:2])
        whole, cents = Quantity(quantity.whole), Quantity(str(int(quantity.part)))
        said = [self._numerals.counted(whole, names[:2])] if whole.exact or not cents.exact else []
        if cents.exact:
            said.append(self._numerals.counted(cents, names[2:]))
        return f" {self.vocabulary.joints['cents']} ".join(said)
