"""Plain numbers in words: how they are written in a language, and what is said for them.

Only the digits 0 to 9 are read; those of other scripts are left to the voice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from unicode_rbnf import FormatPurpose, RbnfEngine

from shared.voice.reading.vocabulary import Vocabulary

NUMBER = r"(?:[0-9]+(?:[.,][0-9]+)*|[.][0-9]+)"
LONGEST = 15  # digits; a longer number is read digit by digit
LONGEST_UNGROUPED = 6  # digits; a longer one without separators is a code, unless it is round

_MILLIONS = ("illón", "illones")  # a million, which is a noun of its own


@dataclass(frozen=True)
class Quantity:
    """whole, part: the digits before and after `point`. code: counts nothing, and is read digit by digit."""

    whole: str
    point: str = ""
    part: str = ""
    code: bool = False

    @property
    def exact(self) -> Decimal:
        return Decimal(f"{self.whole}.{self.part or 0}")

    def times(self, factor: int) -> Quantity:
        whole, _, part = f"{(self.exact * factor).normalize():f}".partition(".")
        return Quantity(whole, self.point if part else "", part)


def parse(text: str, vocabulary: Vocabulary) -> Quantity | None:
    """What digits with points and commas stand for; None for a list, or a version such as 2.1.3."""
    signs, groups = re.findall("[.,]", text), re.split("[.,]", text)
    if not signs:
        long = len(text) > LONGEST_UNGROUPED and not text.endswith("000")
        return Quantity(text, code=long or (len(text) > 1 and text[0] == "0"))
    last = signs[-1]
    if set(signs) == {last} and _in_thousands(groups) and (len(signs) > 1 or last == vocabulary.thousands):
        return Quantity("".join(groups))
    if len(signs) == 1:
        return Quantity(groups[0] or "0", last, groups[1])
    if len(set(signs[:-1])) == 1 and last not in signs[:-1] and _in_thousands(groups[:-1]):
        return Quantity("".join(groups[:-1]), last, groups[-1])  # 1,250.75 as well as 1.250,75
    return None


def _in_thousands(groups: Sequence[str]) -> bool:
    return 1 <= len(groups[0]) <= 3 and groups[0][0] != "0" and all(len(one) == 3 for one in groups[1:])


@dataclass(frozen=True)
class Numerals:
    """A language's numbers, in words."""

    vocabulary: Vocabulary

    def digits(self, text: str) -> str:
        """Each digit by itself."""
        return " ".join(self.cardinal(int(digit)) for digit in text)

    def cardinal(self, number: int, noun: str = "") -> str:
        """In the gender of the noun that it counts, where the language tells."""
        said = self._words(number, "cardinal")
        return self._agreeing(said, noun)

    def year(self, number: int) -> str:
        return self._words(number, "year")

    def ordinal(self, number: int, kind: str = "") -> str:
        """kind: `a` for the feminine form, `er` for the short one before a noun."""
        said = self._words(number, "ordinal")
        if kind == "a":
            return re.sub(r"o\b", "a", said)
        return re.sub(r"(primer|tercer)o$", r"\1", said) if kind == "er" else said

    def number(self, text: str, noun: str = "") -> str:
        """Digits with points and commas, whatever they stand for."""
        quantity = parse(text, self.vocabulary)
        if quantity is not None:
            return self.quantity(quantity, noun)
        joint = f" {self.vocabulary.joints['.']} " if "." in text else ", "
        return joint.join(self.number(group) for group in re.split("[.,]", text) if group)

    def quantity(self, quantity: Quantity, noun: str = "") -> str:
        whole, part = quantity.whole, quantity.part
        if quantity.code or len(whole) > LONGEST:
            said = self.digits(whole)
        else:
            said = self.cardinal(int(whole), "" if part else noun)
        return f"{said} {self.vocabulary.joints[quantity.point]} {self._decimals(part)}" if part else said

    def counted(self, quantity: Quantity, forms: Sequence[str]) -> str:
        """With its noun, given in the singular and the plural."""
        noun = forms[0] if quantity.exact == 1 and not quantity.part else forms[1]
        counting = Quantity(quantity.whole, quantity.point, quantity.part)
        return f"{self.quantity(counting, noun)} {noun}"

    def _decimals(self, part: str) -> str:
        zeros = len(part) - len(part.lstrip("0"))
        if not self.vocabulary.decimals_together or len(part) > 3 or zeros == len(part):
            return self.digits(part)
        return f"{self.digits(part[:zeros])} {self.cardinal(int(part))}".strip()

    def _agreeing(self, said: str, noun: str) -> str:
        rule, first = self.vocabulary.agreement, next(iter(noun.lower().split()), "")
        if not rule.feminine or not first.isalpha() or first in rule.uncounted:
            return said
        if first in rule.masculine or not re.search(rule.feminine, first):
            said = re.sub(r"\buno$", "un", re.sub(r"veintiuno$", "veintiún", said))
            return f"{said} {self.vocabulary.joints['of']}" if said.endswith(_MILLIONS) else said
        head, million, tail = said.rpartition("ill")  # doscientos millones de personas
        tail = tail.replace("cientos", "cientas").replace("quinientos", "quinientas")
        said = re.sub(r"uno$", "una", head + million + tail)
        return f"{said} {self.vocabulary.joints['of']}" if said.endswith(_MILLIONS) else said

    def _words(self, number: int, kind: str) -> str:
        return _in_words(number, self.vocabulary.language, kind)


@lru_cache(4096)
def _in_words(number: int, language: str, kind: str) -> str:
    """By the spelling rules of Unicode's CLDR (UTS #35, part 3)."""
    spelled = _engine(language).format_number(number, FormatPurpose[kind.upper()])
    text = spelled.text_by_ruleset.get("spellout-ordinal-masculine", spelled.text)
    return str(text).replace("\u00ad", "")  # it marks where words may be hyphenated


@cache
def _engine(language: str) -> RbnfEngine:
    return RbnfEngine.for_language(language)
