"""What a plan is made from, and what it is."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ConfigDict, Field

from shared.composition.cards import CardFields, Look
from shared.composition.film import Film
from shared.composition.options import Insert, Styling
from shared.composition.timeline import Timeline
from shared.encoding import EncodeJob, MediaJob
from shared.media.presets import EncoderSettings
from shared.recording import BilledTo, Finding, PageReport, SceneJob, TourStep, Viewport, Visitor
from shared.scripting import SceneType, Script
from shared.values import Value
from shared.voice import Word


class Spoken(Value):
    """A section's speech: where its audio is kept, how long it is, and when its words are heard."""

    audio_key: str
    duration_seconds: float
    words: tuple[Word, ...]


class Request(Value):
    """What a plan is made from.

    fields: what cards say. pictures: PNG or JPEG by the key of each insert that is one. page_image: JPEG of
    the page's first view. freshness: a number that changes when recordings should be made anew. workspace_id:
    whose jobs and clips they are. steps: of the tour; without any, one is planned. film: a recording that is
    shown in the place of a tour.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    workspace_id: int
    fields: CardFields
    script: Script
    speech: tuple[Spoken, ...]
    page: PageReport
    page_image: bytes
    viewport: Viewport
    freshness: int
    look: Look = Look()
    styling: Styling = Styling()
    encoder: EncoderSettings = EncoderSettings(preset="slow", crf=23)
    pictures: Mapping[str, bytes] = Field(default_factory=dict)
    billed_to: BilledTo | None = None
    film: Film | None = None
    steps: tuple[TourStep, ...] = ()
    show_cursor: bool = True
    highlight_clicks: bool = True
    visitor: Visitor = Visitor()

    def insert(self, scene_type: SceneType) -> Insert | None:
        """What is shown instead of the page during a section of this type."""
        return next((insert for insert in self.styling.inserts if insert.scene_type == scene_type), None)

    def has_card(self, scene_type: SceneType) -> bool:
        return scene_type == "cta" or (scene_type == "intro" and self.styling.intro.enabled)

    def shows_page(self, scene_type: SceneType) -> bool:
        return not self.has_card(scene_type) and self.insert(scene_type) is None


class Plan(Value):
    """The timeline, and the job for each storage prefix that it needs.

    jobs: of the recorder. media: of videos that were given to us, which whoever encodes takes in first.
    clips: to encode. findings: what could not be planned as it was asked for.
    """

    timeline: Timeline
    jobs: dict[str, SceneJob]
    media: dict[str, MediaJob]
    clips: dict[str, EncodeJob]
    findings: tuple[Finding, ...] = ()
