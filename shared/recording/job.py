"""What the recorder is asked and what it answers, as files under one storage prefix.

A step with the database writes `job.json` under a prefix; `check_page` and `record`, which have no database,
put their frames beside it and `result.json` last. Whoever finds a `result.json` knows that the work is done.
A page that can't be filmed leaves none: the next video tries it again.

    recordings/{workspace_id}/pages/{key}/     job.json (PageJob)   page.jpg    result.json (PageReport)
    recordings/{workspace_id}/scenes/{key}/    job.json (SceneJob)  frames.mkv  result.json (SceneResult)
                                               progress.json (Progress)
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.recording.tour.steps import TourStep
from shared.values import Given, Value

JOB = "job.json"
PROGRESS = "progress.json"
RESULT = "result.json"
FRAMES = "frames.mkv"
PAGE_IMAGE = "page.jpg"

RECORDER_VERSION = 3
"""Part of every scene's content key: raise it when the same job would give other frames."""


SHOWN_TEXT = 5_000
"""As many characters of a card's text are kept."""


class BilledTo(Value):
    """The video that pays for a job. In no content key: a shared scene is paid by whoever came first."""

    workspace_id: int
    video_id: int


class Viewport(Given):
    """The picture: size in CSS pixels, frames per second and device scale (device pixels per CSS pixel)."""

    width: int = Field(1920, ge=160, le=3840, multiple_of=2)
    height: int = Field(1080, ge=160, le=3840, multiple_of=2)
    fps: int = Field(30, ge=1, le=60)
    device_scale: float = Field(1.0, ge=1.0, le=2.0)

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of a frame, in device pixels."""
        return round(self.width * self.device_scale), round(self.height * self.device_scale)


Locale = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")]
Timezone = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")]


class Visitor(Value):
    """Who the page takes us for.

    color_scheme: what the page is asked to look like. locale: BCP 47, such as `de-DE`; timezone: IANA, such
    as `Europe/Berlin`. access: headers and cookies for the page's own site, sealed; empty for none.
    """

    color_scheme: Literal["light", "dark"] = "light"
    locale: Locale = "en-US"
    timezone: Timezone = "UTC"
    access: str = ""


class Tour(Value):
    """A page and what happens on it. Second 0 is the moment the page has loaded and settled.

    still: nobody touches the page, and second 0 is the moment it has loaded.
    """

    kind: Literal["tour"] = "tour"
    url: str
    steps: tuple[TourStep, ...] = ()
    still: bool = False
    show_cursor: bool = True
    highlight_clicks: bool = True
    visitor: Visitor = Visitor()


class Card(Value):
    """A whole HTML document of ours, shown without any network. Second 0 is its load.

    transparent: nothing lies behind what the document draws; its frames have alpha.
    """

    kind: Literal["card"] = "card"
    html: str
    transparent: bool = False


class SceneJob(Value):
    """Film frames [first_frame, first_frame + frame_count) of a source; frame n shows second n / fps."""

    source: Annotated[Tour | Card, Field(discriminator="kind")]
    viewport: Viewport
    first_frame: int = Field(ge=0)
    frame_count: int = Field(gt=0)
    billed_to: BilledTo | None = None


class PageJob(Value):
    """Open a page once and judge whether it can be filmed. steps: of the tour that was asked for, if any."""

    url: str
    steps: tuple[TourStep, ...] = ()
    visitor: Visitor = Visitor()
    viewport: Viewport
    billed_to: BilledTo | None = None


class Work(Value):
    """When a job was worked on, by which Lambda request, in which browser."""

    started_at: datetime
    finished_at: datetime
    request_id: str = ""
    browser_version: str = ""

    @property
    def seconds(self) -> float:
        return (self.finished_at - self.started_at).total_seconds()


class Finding(Value):
    """Something about what was filmed that a person should know.

    severity: `fail` if the film is of no use. reason: names the cause and what would help.
    second: of the film, from when on; None for what concerns the whole page.
    """

    severity: Literal["warn", "fail"]
    reason: str
    second: float | None = None


class QualityReport(Value):
    """What is to be said about a page or a film. load_seconds: until it had loaded and settled."""

    load_seconds: float = 0.0
    http_status: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def verdict(self) -> Literal["ok", "warn", "fail"]:
        """The worst that was found."""
        severities = {finding.severity for finding in self.findings}
        return "fail" if "fail" in severities else "warn" if severities else "ok"

    @property
    def faults(self) -> tuple[str, ...]:
        """Why the film is of no use; empty unless the verdict is `fail`."""
        return tuple(finding.reason for finding in self.findings if finding.severity == "fail")


class SceneResult(Value):
    """Answer to a SceneJob, beside `frames.mkv`.

    frames.mkv holds only the *unique* frames in Matroska, each with its duration: time base 1/fps or finer,
    first frame at 0. They are JPEG, or PNG with alpha (RGBA, not premultiplied) of a transparent card.
    durations: of each unique frame, in frames; they sum to frame_count.
    shown_text: of a card, its text after the last frame, as laid out (`innerText`), SHOWN_TEXT characters at
    most; empty for a tour.
    """

    frame_count: int
    durations: tuple[int, ...]
    width: int
    height: int
    fps: int
    quality: QualityReport = QualityReport()
    shown_text: str = ""
    work: Work


class Landmark(Value):
    """Something on a page that a tour may stop at.

    top, left: of the page scrolled to its top, in CSS pixels, as width and height.
    kind: heading, section, or call (to action: a button that asks to start, book, buy …).
    stuck: in the page's header, which may stay in view. selector: CSS, for this element alone.
    """

    kind: Literal["heading", "section", "call"]
    text: str
    top: float
    left: float
    width: float
    height: float
    stuck: bool = False
    selector: str


class PageReport(Value):
    """Answer to a PageJob, beside `page.jpg` (the first view).

    fingerprint: changes when what the page shows changes (its text, addresses of its parts, its height).
    scroll_height: of the whole page, in CSS pixels. landmarks: for whoever plans a tour, from top to bottom.
    verdict: ok, warn or fail; reasons: sentences for a person, empty when ok; quality: the same in detail.
    """

    url: str
    final_url: str
    http_status: int
    title: str
    load_seconds: float
    scroll_height: int
    fingerprint: str
    landmarks: tuple[Landmark, ...] = ()
    verdict: Literal["ok", "warn", "fail"]
    reasons: tuple[str, ...] = ()
    quality: QualityReport = QualityReport()
    work: Work


class Progress(Value):
    """How far a scene is; written about once a second."""

    frames_done: int
    frames_total: int
