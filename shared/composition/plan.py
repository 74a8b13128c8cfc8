"""Plan a video: from script, voice, page and templates to scenes. Pure: the same input gives the same plan.

A scene is as long as its section was given, or as its speech needs, in half seconds; so leads whose
sentences differ a little share scenes. Between the cards, the scenes are ranges of one tour of the page.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import math
from itertools import pairwise
from urllib.parse import urlsplit

from shared.composition.cards import CardFields, Look, intro_card, outro_card
from shared.composition.timeline import Narration, Scene, Timeline
from shared.recording import (
    RECORDER_VERSION,
    BilledTo,
    Card,
    Finding,
    PageReport,
    Said,
    SceneJob,
    Tour,
    TourStep,
    Viewport,
    Visitor,
    place_steps,
    plan_tour,
    unsaid,
    up_to,
)
from shared.scripting import SceneType, Script, Section
from shared.values import Value
from shared.voice import Word

LEAD_IN_SECONDS = 0.4
TAIL_SECONDS = 0.4
QUANTUM_SECONDS = 0.5
LONGEST_SCENE_SECONDS = 60


class Spoken(Value):
    """A section's speech: where its audio is kept, how long it is, and when its words are heard."""

    audio_key: str
    duration_seconds: float
    words: tuple[Word, ...]


class Request(Value):
    """What a plan is made from.

    page_image: JPEG of the page's first view. freshness: a number that changes when recordings should be
    made anew. scenes_prefix: where the recorder's jobs are kept, such as `recordings/1/scenes`. steps: of the
    tour; without any, one is planned.
    """

    name: str
    company: str
    script: Script
    speech: tuple[Spoken, ...]
    page: PageReport
    page_image: bytes
    viewport: Viewport
    freshness: int
    scenes_prefix: str
    billed_to: BilledTo | None = None
    steps: tuple[TourStep, ...] = ()
    show_cursor: bool = True
    highlight_clicks: bool = True
    visitor: Visitor = Visitor()


class Plan(Value):
    """The timeline, and the recorder's job for each storage prefix that it shows.

    findings: what could not be planned as it was asked for.
    """

    timeline: Timeline
    jobs: dict[str, SceneJob]
    findings: tuple[Finding, ...] = ()


def plan_video(request: Request) -> Plan:
    """Raises ValueError when a section has no speech."""
    fps = request.viewport.fps
    lengths = [
        _frames(section, spoken, fps)
        for section, spoken in zip(request.script.sections, request.speech, strict=True)
    ]
    never = unsaid(request.steps, _spoken_on(request, lengths))
    tour = _tour(request, lengths)
    scenes: list[Scene] = []
    jobs: dict[str, SceneJob] = {}
    toured = 0
    for section, spoken, frames in zip(request.script.sections, request.speech, lengths, strict=True):
        narration: Narration | None = Narration(
            audio_key=spoken.audio_key,
            offset_seconds=LEAD_IN_SECONDS,
            duration_seconds=spoken.duration_seconds,
            words=spoken.words,
        )
        source: Tour | Card = tour if _shows_page(section.scene_type) else _card(request, section, frames)
        first = toured if isinstance(source, Tour) else 0
        for start, count in _pieces(frames, LONGEST_SCENE_SECONDS * fps):
            job = SceneJob(
                source=_shown(source, (first + start + count) / fps),
                viewport=request.viewport,
                first_frame=first + start,
                frame_count=count,
                billed_to=request.billed_to,
            )
            prefix = f"{request.scenes_prefix}/{scene_key(job, request.page, request.freshness)}"
            jobs[prefix] = job
            scenes.append(
                Scene(
                    title=section.title,
                    scene_type=section.scene_type,
                    job=prefix,
                    frame_count=count,
                    narration=narration,
                )
            )
            narration = None  # a section longer than a scene is heard on from its first piece
        if isinstance(source, Tour):
            toured += frames
    findings = tuple(
        Finding(severity="warn", reason=f"a step of the tour waits for “{words}”, which is never said")
        for words in never
    )
    timeline = Timeline(viewport=request.viewport, scenes=tuple(scenes))
    return Plan(timeline=timeline, jobs=jobs, findings=findings)


def _spoken_on(request: Request, lengths: list[int]) -> list[Said]:
    """The words that are said while the page is shown, and when, in seconds of its tour."""
    fps, start, said = request.viewport.fps, 0, []
    for section, spoken, frames in zip(request.script.sections, request.speech, lengths, strict=True):
        if _shows_page(section.scene_type):
            begins = start / fps + LEAD_IN_SECONDS
            said += [Said(word.text, begins + word.start) for word in spoken.words]
            start += frames
    return said


def _tour(request: Request, lengths: list[int]) -> Tour:
    """The tour that the page's sections show. They stay until its last step is over: `lengths` grows."""
    fps = request.viewport.fps
    pages = [n for n, section in enumerate(request.script.sections) if _shows_page(section.scene_type)]
    if not pages:
        return Tour(url=request.page.url, visitor=request.visitor)
    seconds = sum(lengths[n] for n in pages) / fps
    if request.steps:
        steps = place_steps(request.steps, _spoken_on(request, lengths))
        missing = sum(step.length for step in steps) - seconds
        lengths[pages[-1]] += _quantised(max(0.0, missing), fps)
    else:
        page = request.page
        steps = plan_tour(page.scroll_height, request.viewport, seconds, page.landmarks)
    return Tour(
        url=request.page.url,
        steps=steps,
        show_cursor=request.show_cursor,
        highlight_clicks=request.highlight_clicks,
        visitor=request.visitor,
    )


def _shown(source: Tour | Card, seconds: float) -> Tour | Card:
    """What shapes the pictures up to a moment: a change to what comes later films nothing anew."""
    if isinstance(source, Card):
        return source
    return source.model_copy(update={"steps": up_to(source.steps, seconds)})


def scene_key(job: SceneJob, page: PageReport, freshness: int) -> str:
    """SHA-256 over everything that shapes the scene's pixels: what is shown, as it is now, and by what."""
    shaped: dict[str, object] = {
        "job": job.model_dump(mode="json", exclude={"billed_to"}),
        "recorder": RECORDER_VERSION,
        "browser": page.work.browser_version,
    }
    if isinstance(job.source, Tour):
        shaped |= {"page": page.fingerprint, "freshness": freshness}
    return hashlib.sha256(json.dumps(shaped, sort_keys=True).encode()).hexdigest()


def _shows_page(scene_type: SceneType) -> bool:
    return scene_type not in {"intro", "cta"}


def _card(request: Request, section: Section, frames: int) -> Card:
    view = request.viewport
    fields = CardFields(
        name=request.name,
        company=request.company,
        page_title=request.page.title,
        page_host=_public_host(request.page.final_url),
    )
    card = intro_card if section.scene_type == "intro" else outro_card
    html = card(
        fields,
        Look(language=request.script.language),
        page_image=request.page_image,
        duration_seconds=frames / view.fps,
        viewport_width=view.width,
        viewport_height=view.height,
    )
    return Card(html=html)


def _public_host(url: str) -> str | None:
    """The host as people know it; an address of numbers or this machine says nothing to a lead."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host if "." in host else None
    return None


def _frames(section: Section, spoken: Spoken, fps: int) -> int:
    needed = LEAD_IN_SECONDS + spoken.duration_seconds + TAIL_SECONDS
    return _quantised(max(section.duration_seconds, needed), fps)


def _quantised(seconds: float, fps: int) -> int:
    """In frames, up to whole quanta: leads whose sentences differ a little still share scenes."""
    return math.ceil(math.ceil(seconds / QUANTUM_SECONDS - 1e-9) * QUANTUM_SECONDS * fps)


def _pieces(frames: int, longest: int) -> list[tuple[int, int]]:
    """(start, count) of pieces that differ by a frame at most, none longer than `longest`."""
    count = math.ceil(frames / longest)
    edges = [frames * n // count for n in range(count + 1)]
    return [(start, end - start) for start, end in pairwise(edges)]
