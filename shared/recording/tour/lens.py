"""Zoom: which part of the page's view fills the picture. Pure."""

from __future__ import annotations

from dataclasses import dataclass

FILLED = 0.8  # of the picture, at most, by what is zoomed to


@dataclass(frozen=True)
class Box:
    """A rectangle in the page's view, in CSS pixels from its top left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


@dataclass(frozen=True)
class Lens:
    """The part of the view that is seen. left, top: of its corner, in CSS pixels; scale: 1 shows all."""

    left: float = 0.0
    top: float = 0.0
    scale: float = 1.0


WHOLE = Lens()


def lens_on(box: Box, width: float, height: float, scale: float) -> Lens:
    """The closest look at a box, up to `scale`, that keeps within a view of width x height."""
    room = min(FILLED * width / max(box.width, 1), FILLED * height / max(box.height, 1))
    scale = max(1.0, min(scale, room))
    seen_width, seen_height = width / scale, height / scale
    x, y = box.centre
    left = min(max(0.0, x - seen_width / 2), width - seen_width)
    top = min(max(0.0, y - seen_height / 2), height - seen_height)
    return Lens(left, top, scale)


def between(start: Lens, end: Lens, progress: float) -> Lens:
    """On the way from one look to another: the scale grows evenly in ratio, and the way is straight."""
    scale = start.scale * (end.scale / start.scale) ** progress
    if start.scale == end.scale:
        part = progress
    else:  # the corner moves with the width of what is seen, so that one point stays where it is
        part = (1 / start.scale - 1 / scale) / (1 / start.scale - 1 / end.scale)
    left = start.left + (end.left - start.left) * part
    top = start.top + (end.top - start.top) * part
    return Lens(left, top, scale)
