"""What a verdict is made from, as data: what a page says about itself, and how its pictures look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter


@dataclass(frozen=True)
class PasswordField:
    """One in view. x, y: of the middle of its form, as fractions of the view.

    outside: characters of visible text beside the form, navigation and footer.
    """

    x: float
    y: float
    outside: int


@dataclass(frozen=True)
class TextBox:
    """Text in view that nothing covers: where it stands, in CSS pixels, and its number of characters."""

    x: float
    y: float
    width: float
    height: float
    characters: int


@dataclass(frozen=True)
class Observation:
    """A page at a moment. status: the HTTP status it was answered with, 0 if that is not known.

    text: what can be read on the whole page, cut after 20,000 characters; headings: the first ones seen.
    marks: names of the known elements that can be seen. addresses: of scripts and frames. fields: how many
    there are to write into.
    screens: how many views it is high. media, loading, consent: parts of the view covered by pictures, by
    placeholders and by a consent banner. spinner: something in view says that it is loading.
    empty_root: the element that the page's scripts were to fill and did not; failed_scripts: addresses.
    illegible: part of `boxes`, by characters, that can't be told from what is behind it in the picture.
    """

    url: str = ""
    status: int = 0
    title: str = ""
    text: str = ""
    headings: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()
    addresses: tuple[str, ...] = ()
    fields: int = 0
    password: PasswordField | None = None
    screens: float = 1.0
    media: float = 0.0
    loading: float = 0.0
    consent: float = 0.0
    spinner: bool = False
    empty_root: str = ""
    failed_scripts: tuple[str, ...] = ()
    fonts_pending: bool = False
    boxes: tuple[TextBox, ...] = ()
    illegible: float = 0.0

    @property
    def readable(self) -> int:
        """Characters in view that can be read."""
        return round(sum(box.characters for box in self.boxes) * (1 - self.illegible))


@dataclass(frozen=True)
class Sample:
    """A picture of the film. edges: part of its pixels that differ clearly from their neighbours.

    second: since when it is known to be seen; seconds: until the next sample.
    """

    second: float
    seconds: float
    edges: float


@dataclass(frozen=True)
class Seen:
    """Everything about one film, or one view of a page.

    asked, reached: the URL asked for, and the one where that led. steered: the tour itself clicks, types or
    goes elsewhere, so what it meets there is its own doing. types: it types. network_held: see FrameClock.
    observations: each with its second.
    """

    asked: str
    reached: str
    http_status: int = 200
    load_seconds: float = 0.0
    network_held: bool = True
    steered: bool = False
    types: bool = False
    observations: tuple[tuple[float, Observation], ...] = ()
    samples: tuple[Sample, ...] = ()


def joined(parts: Sequence[Seen], seconds: float) -> Seen:
    """One film of so many seconds that was filmed in turns; at least one part."""
    samples = sorted((sample for seen in parts for sample in seen.samples), key=attrgetter("second"))
    ends = [*(sample.second for sample in samples[1:]), seconds]
    return replace(
        parts[0],
        load_seconds=max(seen.load_seconds for seen in parts),
        network_held=all(seen.network_held for seen in parts),
        observations=tuple(sorted((item for seen in parts for item in seen.observations), key=itemgetter(0))),
        samples=tuple(
            replace(sample, seconds=end - sample.second) for sample, end in zip(samples, ends, strict=True)
        ),
    )
