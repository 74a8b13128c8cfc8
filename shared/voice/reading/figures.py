"""Numbers by their written form: times, dates, ranges, fractions, ordinals, versions, telephones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from shared.voice.reading.amounts import Amounts
from shared.voice.reading.numerals import NUMBER, Numerals, parse
from shared.voice.reading.vocabulary import Vocabulary

_TIME = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?:([ap])\.?m\.?|h)?", re.IGNORECASE)
_RATIO = re.compile(r"[0-9]+(?::[0-9]+)+")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_PHONE = re.compile(r"\+[0-9]{7,15}|\+?[0-9]{1,4}(?:[-.][0-9]{2,4}){2,}|[0-9]{3}-[0-9]{4}")
_RANGE = re.compile(r"([^-–—]+)[-–—]([^-–—]+)")
_OVER = re.compile(rf"({NUMBER})/([0-9]+)")
_PRODUCT = re.compile(rf"({NUMBER})[x×]({NUMBER})")
_VERSION = re.compile(r"v\.?([0-9]+(?:\.[0-9]+)*)")
_ORDINAL = re.compile(r"([0-9]{1,6})([^0-9]+)")
_DECADE = re.compile(r"(?:1[0-9]|20)?[0-9]0s")
_SHORTEST_PHONE = 9  # digits, in three groups or more


@dataclass(frozen=True)
class Figures:
    """A language's figures."""

    vocabulary: Vocabulary

    def read(self, word: str, before: str = "", after: str = "") -> str | None:
        """What is said for a word, without the marks around it, that is one figure. None if it is not."""
        forms = (
            self._date, self._phone, self._over, self._product, self._version, self._ordinal, self._rate,
        )  # fmt: skip
        return (
            self._time(word, after)
            or next((said for form in forms if (said := form(word))), None)
            or self._ratio(word)
            or self._decade(word, before)
            or self._range(word, after)
            or self.amounts.read(word, before, after)
        )

    @cached_property
    def amounts(self) -> Amounts:
        return Amounts(self.vocabulary)

    @cached_property
    def numerals(self) -> Numerals:
        return Numerals(self.vocabulary)

    def telephone(self, word: str) -> str:
        """Its digits one by one, with a pause between groups, whatever else is in it."""
        said = ", ".join(self.numerals.digits(group) for group in re.findall("[0-9]+", word))
        return f"{self.vocabulary.before_numbers['+']} {said}" if "+" in word else said

    def _joined(self, joint: str, *parts: str) -> str:
        said = [self.amounts.read(part) or "" for part in parts]
        return f" {self.vocabulary.joints[joint]} ".join(said)

    def _time(self, word: str, after: str) -> str | None:
        found = _TIME.fullmatch(word)
        if found is None or int(found[1]) > 23:
            return None
        hour, minute, half = int(found[1]), found[2], (found[3] or "").lower()
        late = hour > 12 or not hour
        if minute == "00":
            followed = half or after.lower().replace(".", "") in {"am", "pm", "a", "p"}
            kind = "bare" if followed else "late 00" if late else "00"
        elif minute[0] == "0":
            kind = "early"
        else:
            kind = minute if minute in self.vocabulary.clock and not late else "other"
        said = self.vocabulary.clock[kind].format(
            hour=self.numerals.cardinal(hour, "horas"), minute=self.numerals.cardinal(int(minute))
        )
        return f"{said} {self.vocabulary.units[f'{half}m'][0]}" if half else said

    def _date(self, word: str) -> str | None:
        """2026-05-12 in any language, 12/05/2026 where the day always comes first; elsewhere its numbers."""
        if found := _ISO_DATE.fullmatch(word):
            year, month, day = map(int, found.groups())
        elif found := _DATE.fullmatch(word):
            day, month, year = map(int, found.groups())
            if not self.vocabulary.day_first:
                return " ".join(map(self.numerals.cardinal, (day, month))) + f" {self.numerals.year(year)}"
        else:
            return None
        if not (1 <= month <= 12 and 1 <= day <= 31 and year):
            return None
        return self.vocabulary.date.format(
            day=self.numerals.cardinal(day),
            ordinal=self.numerals.ordinal(day),
            month=self.vocabulary.months[month - 1],
            year=self.numerals.year(year),
        )

    def _phone(self, word: str) -> str | None:
        if _PHONE.fullmatch(word) is None:
            return None
        groups = re.findall("[0-9]+", word)
        if "+" in word:
            return self.telephone(word)
        if len(groups) == 2:
            is_phone = not all(group.endswith("0") for group in groups)  # 500-1000 is a range
        else:
            is_phone = len("".join(groups)) >= _SHORTEST_PHONE  # 12-05-2024 is not
            is_phone &= "-" in word or parse(word, self.vocabulary) is None  # 1.250.000 is not
        return self.telephone(word) if is_phone else None

    def _over(self, word: str) -> str | None:
        """1/2, 4/5, 24/7: a fraction, so many out of so many, or just two numbers."""
        found = _OVER.fullmatch(word)
        if found is None:
            return None
        upper, lower = parse(found[1], self.vocabulary), found[2]
        forms = self.vocabulary.fractions.get(lower)
        if upper is not None and forms and 1 <= upper.exact <= int(lower):
            if lower in {"5", "10", "100"} and upper.exact != 1:  # stars, or points
                return self._joined("out_of", found[1], lower)
            if not upper.part and upper.exact < int(lower):
                return self.numerals.counted(upper, forms)
        return " ".join(self.amounts.read(part) or "" for part in found.groups())

    def _product(self, word: str) -> str | None:
        found = _PRODUCT.fullmatch(word)
        return self._joined("by", *found.groups()) if found else None

    def _version(self, word: str) -> str | None:
        found = _VERSION.fullmatch(word)
        if found is None:
            return None
        said = f" {self.vocabulary.joints['.']} ".join(map(self.numerals.number, found[1].split(".")))
        return f"{self.vocabulary.joints['version']} {said}"

    def _ordinal(self, word: str) -> str | None:
        found = _ORDINAL.fullmatch(word.replace(",", ""))
        if found is None or found[2] not in self.vocabulary.ordinals or not int(found[1]):
            return None
        return self.numerals.ordinal(int(found[1]), self.vocabulary.ordinals[found[2]])

    def _rate(self, word: str) -> str | None:
        """$5/month, 100MB/s."""
        amount, stroke, unit = word.partition("/")
        said = self.read(amount) if stroke and unit.isalpha() else None
        if said is None:
            return None
        return f"{said} {self.vocabulary.joints['per']} {self.vocabulary.units.get(unit, (unit,))[0]}"

    def _ratio(self, word: str) -> str | None:
        """16:9; with more parts it is a time of day or a duration."""
        if _RATIO.fullmatch(word) is None:
            return None
        parts = word.split(":")
        return self._joined("ratio", *parts) if len(parts) == 2 else self.numerals.number(",".join(parts))

    def _decade(self, word: str, before: str) -> str | None:
        """1990s, and the 90s; but 90s alone are seconds."""
        if not self.vocabulary.years or not _DECADE.fullmatch(word):
            return None
        if len(word) == 3 and before.lower() != "the":
            return None
        return re.sub("y$", "ie", self.numerals.year(int(word[:-1]))) + "s"

    def _range(self, word: str, after: str) -> str | None:
        found = _RANGE.fullmatch(word)
        if found is None:
            return None
        lower, upper = found.groups()
        if upper[0].isdigit():  # $10-20 is ten to twenty dollars
            currency = next((one for one in self.vocabulary.currencies if lower.startswith(one)), "")
            lower, upper = lower.removeprefix(currency), currency + upper
        said = [self._time(part, after) or self.amounts.read(part, after=after) for part in (lower, upper)]
        return f"{said[0]} {self.vocabulary.joints['range']} {said[1]}" if said[0] and said[1] else None
