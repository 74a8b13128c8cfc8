"""One written word in a language: what is said for it, marks and all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from shared.voice.reading.addresses import read_address
from shared.voice.reading.figures import Figures
from shared.voice.reading.marks import LONE_DASHES, READ_AS, WORD, bare, spoken_signs
from shared.voice.reading.numerals import NUMBER, parse
from shared.voice.reading.pronunciation import Match
from shared.voice.reading.vocabulary import Vocabulary

_INITIALS = re.compile(r"(?:[A-Za-z]\.){2,}")
_DIGITS = frozenset("0123456789")
_NUMBER = re.compile(rf"[^\w$€£¥₹]*{NUMBER}(?:[:–—-]{NUMBER})?[+]?")


@dataclass(frozen=True)
class Place:
    """The words beside a word, as they are written; empty at an end of the text."""

    before: str = ""
    after: str = ""

    @property
    def follows_number(self) -> bool:
        return _NUMBER.fullmatch(self.before) is not None

    @property
    def begins_sentence_after(self) -> bool:
        return not self.after or bare(self.after)[:1].isupper()


@dataclass(frozen=True)
class Wording:
    """A language's words."""

    vocabulary: Vocabulary

    def read(self, word: str, place: Place) -> str:
        """What is said for a word of the text."""
        if word in LONE_DASHES:
            return self.vocabulary.joints["range"] if self._rises(place) else ","
        found = WORD.fullmatch(word)
        if found is None or not found["core"]:
            return self.characters(word)
        before, core, after = found.group("before", "core", "after")
        shortened = self._shortened(core, after, place)
        if shortened is None:
            nearby = place.after if not after else ""
            said = self._core(core, bare(place.before), bare(nearby))
        else:
            said, after = shortened
        return self.characters(before) + self._spelled(said) + self.characters(after)

    def phrase(self, match: Match, place: Place) -> str:
        """An abbreviation of several words."""
        name = match.entry.written
        stop = "." if name.endswith(".") and self._ends_sentence(name, match.after, place) else ""
        return self.characters(match.before) + match.entry.said + stop + self.characters(match.after)

    def telephone(self, word: str, continues: bool) -> str:
        """A group or more of a telephone number, and a pause before the next."""
        after = "," if continues else self.characters(word[len(word.rstrip(".,;:!?)")) :])
        return self._figures.telephone(word) + after

    def characters(self, text: str) -> str:
        """Sign by sign."""
        return spoken_signs(text, self._signs)

    @cached_property
    def _signs(self) -> dict[str, str]:
        return READ_AS | {written: f" {said} " for written, said in self.vocabulary.signs.items()}

    @cached_property
    def _figures(self) -> Figures:
        return Figures(self.vocabulary)

    def _spelled(self, said: str) -> str:
        """With the letter that is a word too tied to what follows it: A-M, not a M."""
        letter = self.vocabulary.article
        return re.sub(rf"(?<!\S)({letter}) (?=\S)", r"\1-", said, flags=re.IGNORECASE) if letter else said

    def _rises(self, place: Place) -> bool:
        """Whether a dash that stands alone is in a range, such as 10 - 20."""
        numbers = [re.search(NUMBER, bare(word)) for word in (place.before, place.after)]
        if None in numbers or bare(place.before) != place.before:
            return False
        lower, upper = (parse(found[0], self.vocabulary) for found in numbers if found)
        amounts = [self._figures.amounts.read(bare(word)) for word in (place.before, place.after)]
        return bool(lower and upper and all(amounts) and lower.exact < upper.exact)

    def _shortened(self, core: str, after: str, place: Place) -> tuple[str, str] | None:
        """What an abbreviation stands for, and the marks after it without its own full stop."""
        if not after.startswith("."):
            said = self._meaning(core, place)
            return None if said is None else (said, after)
        said = self._meaning(f"{core}.", place)
        if said is None:
            said = self._meaning(core, place)  # whose full stop is the sentence's
            return None if said is None else (said, after)
        return said, after if self._ends_sentence(f"{core}.", after[1:], place) else after[1:]

    def _ends_sentence(self, name: str, after: str, place: Place) -> bool:
        if set(".,;:!?") & set(after):
            return False
        often = name.lower() in self.vocabulary.endings
        return not place.after or (often and place.begins_sentence_after)

    def _meaning(self, name: str, place: Place) -> str | None:
        """Of an abbreviation or a unit, by what is beside it."""
        tables, key = self.vocabulary, name.lower()
        if place.follows_number and (forms := tables.units.get(name)):
            return forms[bare(place.before) != "1"]
        if (names := tables.names.get(key)) and name[0].isupper():
            return names[self._follows_name(place)]
        if key in tables.abbreviations_of_numbers and _DIGITS & set(place.after[:2]):
            return tables.abbreviations_of_numbers[key]
        if money := self._money_after_magnitude(name, place):
            return money
        for known in (tables.abbreviations, tables.words):
            if name in known or key in known:
                return known.get(name) or known[key]
        return " ".join(name.upper().replace(".", "")) if _INITIALS.fullmatch(name) else None

    def _follows_name(self, place: Place) -> bool:
        """Main St., but not St. Louis, nor In St. Louis."""
        named = place.before[:1].isupper() and place.before.lower() not in self.vocabulary.openers
        return named and not bare(place.after)[:1].isupper()

    def _money_after_magnitude(self, name: str, place: Place) -> str | None:
        """The second word of `$5 million`."""
        before = bare(place.before)
        money = next((one for one in self.vocabulary.currencies if before.startswith(one)), None)
        if money is None or name not in self.vocabulary.magnitudes or not before[-1:].isdigit():
            return None
        said = self.vocabulary.magnitudes[name][before != f"{money}1"]
        return f"{said} {self._figures.amounts.of_money(self.vocabulary.currencies[money][1])}"

    def _core(self, core: str, before: str, after: str) -> str:
        """A word without marks around it that is no abbreviation."""
        has_digits = not _DIGITS.isdisjoint(core)
        if has_digits and (said := self._figures.read(core, before, after)) is not None:
            return said
        if (address := read_address(core, self.vocabulary)) is not None:
            return address
        if core[0] in self.vocabulary.before_words and core[1:2].isalpha():
            return f"{self.vocabulary.before_words[core[0]]} {self._core(core[1:], '', after)}"
        if "/" in core:  # 10 hours/week, but and/or
            rate = core.islower() and not _DIGITS.isdisjoint(before)
            joint = f" {self.vocabulary.joints['per']} " if rate else " "
            return joint.join(self.read(part, Place()) for part in core.split("/") if part)
        return self._pieces(core) if has_digits else self.characters(core)

    def _pieces(self, core: str) -> str:
        """Letters and numbers that are glued together, such as B2B, one by one."""
        said: list[str] = []
        for piece in re.findall(r"[0-9]+(?:[.,][0-9]+)*|[^0-9]+", core):
            name = piece.strip("-–—.,;:'’")
            if not _DIGITS.isdisjoint(piece):
                said.append(self._figures.amounts.read(piece) or "")
            elif said and piece[0] in "-–" and name in self.vocabulary.units:  # 15-min
                said.append(self.vocabulary.units[name][0])
            else:
                said.append(self.characters(name))
        return " ".join(part for part in said if part)
