"""What each scene shows: the page's tour, a card, a picture or a video, as jobs with content keys."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from urllib.parse import urlsplit

from shared.composition.cards import intro_card, outro_card, picture_card
from shared.composition.film import Film, Stretch
from shared.composition.options import Insert
from shared.composition.request import Request
from shared.encoding import MediaJob
from shared.recording import RECORDER_VERSION, Card, SceneJob, Tour, up_to
from shared.scripting import Section

Source = Tour | Card | Insert | Film
CLIP_SEGMENTS = 4
"""A clip has so many segments at most (of `keyframe_seconds`): work for one Lambda of a few minutes."""


class Jobs:
    """The jobs that a plan needs, each once, by its storage prefix."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._root = f"recordings/{request.workspace_id}"
        self.scenes: dict[str, SceneJob] = {}
        self.media: dict[str, MediaJob] = {}

    def stretches(self, source: Source, first: int, frames: int, longest: int) -> Iterator[Stretch]:
        """Frames [first, first + frames) of a source, as frames of jobs that are no longer than `longest`."""
        match source:
            case Film():
                yield from source.cut(first, frames)
            case Insert():
                prefix = self.take_in(source.media_path, frames)
                for start, count in _pieces(frames, longest):
                    yield Stretch(prefix, start, count)
            case Tour() | Card():
                for start, count in _pieces(frames, longest):
                    yield Stretch(self.film(source, first + start, count), 0, count)

    def film(self, source: Tour | Card, first: int, count: int) -> str:
        """Have frames [first, first + count) of a source filmed. Returns the job's prefix."""
        request = self._request
        if isinstance(source, Tour):
            # what comes later does not shape these pictures: a change to it films nothing anew
            steps = up_to(source.steps, (first + count) / request.viewport.fps)
            source = source.model_copy(update={"steps": steps})
        job = SceneJob(
            source=source,
            viewport=request.viewport,
            first_frame=first,
            frame_count=count,
            billed_to=request.billed_to,
        )
        prefix = f"{self._root}/scenes/{scene_key(job, request)}"
        self.scenes[prefix] = job
        return prefix

    def take_in(self, media_path: str, count: int) -> str:
        """Have a video that was given to us cut to so many frames. Returns the job's prefix."""
        view = self._request.viewport
        width, height = view.pixels
        job = MediaJob(media=media_path, width=width, height=height, fps=view.fps, frame_count=count)
        prefix = f"{self._root}/media/{_digest(job.model_dump())}"
        self.media[prefix] = job
        return prefix


def scene_key(job: SceneJob, request: Request) -> str:
    """SHA-256 over everything that shapes the scene's pixels: what is shown, as it is now, and by what."""
    shaped: dict[str, object] = {
        "job": job.model_dump(mode="json", exclude={"billed_to"}),
        "recorder": RECORDER_VERSION,
        "browser": request.page.work.browser_version,
    }
    if isinstance(job.source, Tour):
        shaped |= {"page": request.page.fingerprint, "freshness": request.freshness}
    return _digest(shaped)


def card(request: Request, section: Section, frames: int) -> Card:
    """The card that a section is heard over."""
    view = request.viewport
    fields = request.fields.model_copy(
        update={"page_title": request.page.title, "page_host": _public_host(request.page.final_url)}
    )
    if section.scene_type != "intro":
        html = outro_card(
            fields,
            request.look,
            page_image=request.page_image,
            duration_seconds=frames / view.fps,
            viewport_width=view.width,
            viewport_height=view.height,
        )
        return Card(html=html)
    # a card that fades out does not also grow into the page
    leaves = request.styling.transition == "cut" or request.look.own_intro is not None
    html = intro_card(
        fields.model_copy(update={"text": request.styling.intro.text}),
        request.look,
        page_image=request.page_image,
        duration_seconds=frames / view.fps if leaves else None,
        viewport_width=view.width,
        viewport_height=view.height,
    )
    return Card(html=html)


def picture(request: Request, insert: Insert) -> Card:
    """A picture that was given to us, as a scene."""
    view = request.viewport
    html = picture_card(
        request.pictures[insert.media_path],
        caption=insert.caption,
        look=request.look,
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


def clips_of(stretch: Stretch, segment: int) -> Iterator[Stretch]:
    """A stretch in clips of whole segments (of so many frames), of about one length; the last one ends where
    it must."""
    frames, shown = stretch.frame_count, stretch.frame_count - stretch.held
    clips = math.ceil(frames / (segment * CLIP_SEGMENTS))
    each = math.ceil(frames / clips / segment) * segment
    for at in range(0, frames, each):
        count = min(each, frames - at)
        held = min(count, max(0, at + count - shown))
        yield Stretch(stretch.job, stretch.first_frame + at, count, held)


def _pieces(frames: int, longest: int) -> list[tuple[int, int]]:
    """(start, count) of pieces that differ by a frame at most, none longer than `longest`."""
    count = math.ceil(frames / longest)
    edges = [frames * n // count for n in range(count + 1)]
    return [(start, end - start) for start, end in pairwise(edges)]


def _digest(shaped: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(shaped, sort_keys=True).encode()).hexdigest()
