"""By what pages are known that stand in the way of the one that was asked for; the table is `signs.toml`.

A sign counts only where several things agree and little else is on the page: a page about captchas names
the same words, and an ordinary page behind a bot filter loads the same scripts.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from shared.recording.quality.seen import Observation

Kind = Literal["bot", "error", "parked"]
_ALONE = r"(?:^|[|·•–—:»-])\s*(?:{})\W*(?:\s[|·•–—:«-]|[|·•–—:«]|$)"
_CAPTCHA_FIELDS = 1  # a bot check may ask for letters, and for nothing else


@dataclass(frozen=True)
class Sign:
    """A kind of page. mark: the CSS selectors of its elements; the patterns and numbers: see the table."""

    kind: Kind
    who: str
    title: re.Pattern[str] | None
    heading: re.Pattern[str] | None
    text: re.Pattern[str] | None
    address: re.Pattern[str] | None
    mark: str
    needs: int
    longest: int

    @property
    def name(self) -> str:
        return f"{self.kind} {self.who}"

    def fits(self, page: Observation) -> bool:
        """Whether the page is one of this kind."""
        if len(page.text) > self.longest or (self.kind == "bot" and page.fields > _CAPTCHA_FIELDS):
            return False
        found = (
            _found(self.title, (page.title,)),
            _found(self.heading, page.headings),
            _found(self.text, (page.text,)),
            _found(self.address, page.addresses),
            bool(self.mark) and self.name in page.marks,
        )
        return sum(found) >= self.needs


def _found(pattern: re.Pattern[str] | None, texts: Iterable[str]) -> bool:
    return pattern is not None and any(pattern.search(text) for text in texts)


@dataclass(frozen=True)
class Signs:
    """The table. login_hosts, login_paths, consent_hosts: of the addresses that sites send visitors to."""

    signs: tuple[Sign, ...]
    login_hosts: re.Pattern[str]
    login_paths: re.Pattern[str]
    consent_hosts: re.Pattern[str]

    @property
    def marks(self) -> dict[str, str]:
        """CSS selectors by the name of their sign."""
        return {sign.name: sign.mark for sign in self.signs if sign.mark}


@functools.cache
def read_signs() -> Signs:
    """The table as it is kept beside this module."""
    table = tomllib.loads((Path(__file__).parent / "signs.toml").read_text())
    patterns = {name: _any(value) for name, value in table["patterns"].items()}
    return Signs(
        signs=tuple(_sign(row, patterns) for row in table["sign"]),
        login_hosts=re.compile(rf"https?://{patterns['login_hosts']}(?:[:/]|$)", re.IGNORECASE),
        login_paths=re.compile(rf"/{patterns['login_paths']}(?:\.\w+)?/?(?:[/;]|$)", re.IGNORECASE),
        consent_hosts=re.compile(rf"https?://{patterns['consent_hosts']}(?:[:/]|$)", re.IGNORECASE),
    )


def _any(patterns: str | list[str]) -> str:
    return f"(?:{'|'.join([patterns] if isinstance(patterns, str) else patterns)})"


def _sign(row: dict[str, Any], patterns: dict[str, str]) -> Sign:
    def pattern(name: str) -> re.Pattern[str] | None:
        if name not in row:
            return None
        text = _any(row[name])
        for known, value in patterns.items():
            text = text.replace(f"<{known}>", value)
        text = re.sub("<alone:(.*?)>", lambda match: _ALONE.replace("{}", match[1]), text)
        return re.compile(text, re.IGNORECASE)

    mark = row.get("mark", "")
    return Sign(
        kind=row["kind"],
        who=row.get("who", ""),
        title=pattern("title"),
        heading=pattern("heading"),
        text=pattern("text"),
        address=pattern("address"),
        mark=mark if isinstance(mark, str) else ",".join(mark),
        needs=row.get("needs", 2),
        longest=row.get("longest", 1000),
    )
