"""What happens on a page: the steps of a tour, as people write them in JSON.

    [{"kind": "scroll", "to": "#pricing"},
     {"kind": "highlight", "selector": "#pricing h2", "when_said": "pricing"},
     {"kind": "click", "selector": "text=Start free"},
     {"kind": "hold", "seconds": 2}]

Every step has a length on film that is known beforehand, whatever the page does. What has to be waited for
(a page that loads, an element that is to appear) is waited for off camera: the film cuts there.

Selectors are Playwright's: CSS, `text=…`, `role=…`; the first match that can be seen counts.
https://playwright.dev/python/docs/other-locators
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from shared.errors import Permanent
from shared.values import Given

Seconds = Annotated[float, Field(gt=0, le=600)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Selector = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]

TRAVEL_SECONDS = 0.8  # the cursor's way to where it points
CLICK_SECONDS = 1.4
LETTER_SECONDS = 0.08


class _Step(Given):
    """when_said: words of the narration that the step waits for, such as `pricing`."""

    when_said: Words | None = None

    @property
    def length(self) -> float:
        """Seconds on film."""
        return float(getattr(self, "seconds", None) or 0)


class Hold(_Step):
    """Stay where the page is. The page's clock runs on."""

    kind: Literal["hold"] = "hold"
    seconds: Seconds


class Scroll(_Step):
    """Scroll to an element, to a fraction of the way the page scrolls (0 top, 1 end), or by pixels."""

    kind: Literal["scroll"] = "scroll"
    to: Annotated[float, Field(ge=0, le=1)] | Selector | None = None
    by: Annotated[float, Field(ge=-100_000, le=100_000)] | None = None
    seconds: Seconds = 1.5

    @model_validator(mode="after")
    def _one_target(self) -> Scroll:
        if (self.to is None) == (self.by is None):
            raise ValueError("a scroll has either `to` (a selector or a fraction) or `by` (pixels)")
        return self


class Goto(_Step):
    """Go to another page; the film cuts to it when it has loaded and settled."""

    kind: Literal["goto"] = "goto"
    url: str = Field(min_length=1, max_length=2000)


class Wait(_Step):
    """Wait for seconds, on camera like a hold; for a selector to be seen or a quiet network, off camera.

    timeout: seconds of the page's time after which the tour fails.
    """

    kind: Literal["wait"] = "wait"
    seconds: Seconds | None = None
    selector: Selector | None = None
    network: Literal["quiet"] | None = None
    timeout: Annotated[float, Field(gt=0, le=60)] = 10.0

    @model_validator(mode="after")
    def _one_reason(self) -> Wait:
        if sum(reason is not None for reason in (self.seconds, self.selector, self.network)) != 1:
            raise ValueError('a wait has one of `seconds`, `selector` and `network` ("quiet")')
        return self


class _OnElement(_Step):
    """optional: go on without it when the page has no such element."""

    selector: Selector
    optional: bool = False


class Hover(_OnElement):
    """Move the cursor onto an element and rest there."""

    kind: Literal["hover"] = "hover"
    seconds: Seconds = 1.5


class Click(_OnElement):
    """Move the cursor onto an element and click it; a page that opens is cut to when it has settled."""

    kind: Literal["click"] = "click"
    seconds: Seconds = CLICK_SECONDS


class Type(_OnElement):
    """Click into a field and type, letter by letter. seconds: for the whole step; else an even pace."""

    kind: Literal["type"] = "type"
    text: str = Field(min_length=1, max_length=1000)
    seconds: Seconds | None = None

    @property
    def length(self) -> float:
        return self.seconds or CLICK_SECONDS + LETTER_SECONDS * len(self.text)


class Zoom(_Step):
    """Bring an element close, or (without a selector) the whole page back. scale: how much at most."""

    kind: Literal["zoom"] = "zoom"
    selector: Selector | None = None
    optional: bool = False
    scale: Annotated[float, Field(ge=1, le=4)] = 2.0
    seconds: Seconds = 1.2


class Highlight(_OnElement):
    """Put light on an element, dim the rest, and let go again."""

    kind: Literal["highlight"] = "highlight"
    seconds: Seconds = 2.0


class Hide(_Step):
    """Take elements out of the picture, also those that appear later."""

    kind: Literal["hide"] = "hide"
    selectors: tuple[Selector, ...] = Field(min_length=1, max_length=100)


TourStep = Annotated[
    Goto | Wait | Scroll | Hover | Click | Type | Zoom | Highlight | Hold | Hide, Field(discriminator="kind")
]


class WrongTour(Permanent):
    """A file holds no tour; the text names the step and what is wrong with it."""


_TOUR: TypeAdapter[tuple[TourStep, ...]] = TypeAdapter(tuple[TourStep, ...])
MOST_STEPS = 200


def read_tour(path: Path) -> tuple[TourStep, ...]:
    """The steps in a JSON file: a list of them, or an object whose `steps` is one.

    Raises:
        WrongTour: naming the first step that can't be used.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise WrongTour(f"the tour {path} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise WrongTour(f"the tour {path} is no JSON: {error}") from error
    steps = found.get("steps") if isinstance(found, dict) else found
    if not isinstance(steps, list) or not 0 < len(steps) <= MOST_STEPS:
        raise WrongTour(f"the tour {path} is no list of 1 to {MOST_STEPS} steps")
    try:
        return _TOUR.validate_python(steps)
    except ValidationError as error:
        raise WrongTour(f"the tour {path}: {wrong_step(error)}") from error


def wrong_step(error: ValidationError, depth: int = 0) -> str:
    """What is wrong with the first step that is wrong. depth: where in the location its number stands."""
    first = error.errors()[0]
    location = first["loc"][depth:]
    field = ".".join(str(part) for part in location[2:])
    kinds = ", ".join(sorted(_KINDS))
    what = {
        "union_tag_invalid": f"its kind is none of {kinds}",
        "union_tag_not_found": f"it has no kind; there are {kinds}",
        "extra_forbidden": "is not known there",
    }.get(first["type"], first["msg"].removeprefix("Value error, "))
    number = f"step {int(location[0]) + 1}" if location else "the steps"
    kind = f" ({location[1]})" if len(location) > 1 else ""
    return f"{number}{kind}: {f'{field}: ' if field else ''}{what}"


_KINDS = ("click", "goto", "hide", "highlight", "hold", "hover", "scroll", "type", "wait", "zoom")


def named(step: TourStep, index: int) -> str:
    """A step as people find it in their tour, such as `step 3 (click #buy)`."""
    about = getattr(step, "selector", None) or getattr(step, "url", None) or getattr(step, "to", None)
    return f"step {index + 1} ({step.kind}{f' {about}' if about is not None else ''})"
