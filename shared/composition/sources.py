"""What each scene shows: the page's tour, a card, a picture or a video, as jobs with content keys."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.composition.cards import intro_card, outro_card, picture_card
from shared.composition.options import Insert
from shared.composition.request import Request
from shared.encoding import MediaJob
from shared.recording import RECORDER_VERSION, Card, SceneJob, Tour, up_to
from shared.scripting import Section

Source = Tour | Card | Insert


class Jobs:
    """The jobs that a plan needs, each once, by its storage prefix."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._root = f"recordings/{request.workspace_id}"
        self.scenes: dict[str, SceneJob] = {}
        self.media: dict[str, MediaJob] = {}

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


def _digest(shaped: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(shaped, sort_keys=True).encode()).hexdigest()
