"""What lies over a video's pictures, as a document without a ground: logo, watermark, captions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.composition.cards.look import LogoCorner, Look
from shared.composition.cards.rendering import layout, render

if TYPE_CHECKING:
    from shared.composition.captioning import Cue

_OPPOSITE: dict[LogoCorner, LogoCorner] = {
    "top-left": "bottom-right",
    "top-right": "bottom-left",
    "bottom-left": "top-right",
    "bottom-right": "top-left",
}


def overlay(
    look: Look,
    *,
    logo_corner: LogoCorner | None = None,
    watermark: bool = False,
    cues: Sequence[Cue] = (),
    fps: int = 30,
    viewport_width: int = 1920,
    viewport_height: int = 1080,
) -> str:
    """A transparent HTML document of the picture's size; second 0 is that of the cues.

    Args:
        logo_corner: where the look's logo stands, a twelfth of the picture high and a fifth wide at most.
        watermark: a few small words, in a corner across from the logo's, or in the middle of the bottom.
        cues: burned in, in a box at the bottom; frame n shows the cue that stands at second n / fps, from
            round(start * fps) to the frame before round(end * fps).
    """
    corner = logo_corner if look.logo else None
    return render(
        "overlay.html",
        look,
        classes=(layout(viewport_width, viewport_height), "overlay"),
        style="overlay.css",
        script="overlay.js",
        corner=corner,
        mark=_mark_place(corner, bool(cues)) if watermark else None,
        cues=[(_frames(cue, fps), cue.lines) for cue in cues],
        fps=fps,
        low_logo=bool(corner and corner.startswith("bottom")),
    )


def _mark_place(corner: LogoCorner | None, captioned: bool) -> str:
    """Where the watermark stands: never where captions are."""
    if corner is None:
        return "top-right" if captioned else "bottom"
    if captioned and corner.startswith("top"):
        return "top-right" if corner == "top-left" else "top-left"
    return _OPPOSITE[corner]


def _frames(cue: Cue, fps: int) -> tuple[int, int]:
    """The first frame that shows it, and the first that no longer does."""
    return round(cue.start * fps), round(cue.end * fps)
