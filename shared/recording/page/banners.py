"""Consent banners are refused, closed or hidden, so that the film shows the page behind them.

`banners.json` knows the common vendors by their elements; others are known by lying over the page, by what
they say (in some thirty languages) and by what their buttons offer.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.recording.page.inpage import InPage

_HERE = Path(__file__).parent
_WORLD = "globalThis.reelBanners"


@dataclass(frozen=True)
class Banner:
    """One that is out of the picture. how: refused or closed by its own button, or only hidden."""

    vendor: str
    how: str


@dataclass(frozen=True)
class Dismissed:
    """What was done since the last call. pending: something is still to do, a few frames from now."""

    banners: tuple[Banner, ...] = ()
    pending: bool = False

    @property
    def acted(self) -> bool:
        """Whether the page needs a moment more to come to rest."""
        return bool(self.banners) or self.pending


async def dismiss(page: InPage) -> Dismissed:
    """Look for banners on the whole page now, and from now on in every frame where something is added.

    Call it with the page's clock stopped, at the same moments of the page's time in every recording.
    """
    answer = await _ask(page, "pass")
    return Dismissed(tuple(Banner(vendor, how) for vendor, how in answer["done"]), answer["pending"])


async def covered(page: InPage) -> float:
    """The part of the view that a banner still covers."""
    return float(await _ask(page, "cover"))


async def _ask(page: InPage, what: str) -> Any:
    answer = await page.evaluate(f"{_WORLD}?.{what}() ?? null")
    if answer is None:  # a new document
        script, known = (_HERE / "banners.js").read_text(), (_HERE / "banners.json").read_text()
        answer = await page.evaluate(f"({_WORLD} = {script}({known})).{what}()")
    return answer
