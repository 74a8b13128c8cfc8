"""What lies over scenes: logo, watermark, captions that are part of the picture; and fades between them."""

from __future__ import annotations

from itertools import pairwise

from shared.composition.captioning import Cue, cues
from shared.composition.cards import LogoCorner, overlay
from shared.composition.request import Request
from shared.composition.sources import Jobs
from shared.composition.timeline import Scene, Timeline
from shared.recording import Card

FADE_SECONDS = 0.3


def covered(timeline: Timeline, request: Request, jobs: Jobs) -> Timeline:
    """The timeline with an overlay over each scene that has one: of one frame, unless words come and go."""
    burned = cues(timeline) if request.styling.captions == "burned" else []
    scenes = []
    for scene, first in zip(timeline.scenes, timeline.first_frames(), strict=True):
        said = _during(burned, first, scene.frame_count, timeline.viewport.fps)
        corner = _logo_corner(request, scene)
        if corner or said or request.styling.watermark:
            html = overlay(
                request.look,
                logo_corner=corner,
                watermark=bool(request.styling.watermark),
                cues=said,
                fps=timeline.viewport.fps,
                viewport_width=timeline.viewport.width,
                viewport_height=timeline.viewport.height,
            )
            prefix = jobs.film(Card(html=html, transparent=True), 0, scene.frame_count if said else 1)
            scene = scene.model_copy(update={"overlays": (prefix,)})
        scenes.append(scene)
    return timeline.model_copy(update={"scenes": tuple(scenes)})


def faded(timeline: Timeline, jobs: Jobs) -> Timeline:
    """The timeline with a fade wherever one thing follows another, but not between parts of one."""
    frames = round(FADE_SECONDS * timeline.viewport.fps)
    scenes = list(timeline.scenes)
    for n, (before, after) in enumerate(pairwise(timeline.scenes)):
        if not _goes_on(before, after, jobs):
            scenes[n] = scenes[n].model_copy(update={"fade_out": min(frames, before.frame_count // 3)})
            scenes[n + 1] = after.model_copy(update={"fade_in": min(frames, after.frame_count // 3)})
    return timeline.model_copy(update={"scenes": tuple(scenes)})


def _goes_on(before: Scene, after: Scene, jobs: Jobs) -> bool:
    """Whether a scene shows what the one before it shows: a tour, or a card of several recordings."""
    if before.job == after.job or before.shows == after.shows == "page":
        return True
    one, other = jobs.scenes.get(before.job), jobs.scenes.get(after.job)
    if one is None or other is None:
        return False
    return one.source == other.source and one.first_frame + one.frame_count == other.first_frame


def _logo_corner(request: Request, scene: Scene) -> LogoCorner | None:
    """Cards of ours show the logo themselves."""
    branding = request.styling.branding
    has_logo = branding.apply_branding and request.look.logo is not None
    return branding.logo_position if has_logo and scene.shows != "card" else None


def _during(all_cues: list[Cue], first: int, count: int, fps: int) -> list[Cue]:
    """The cues that are seen in a scene, in seconds from its start: the same words at the same time in two
    videos are the same overlay."""
    start, end = first / fps, (first + count) / fps
    return [
        cue.model_copy(
            update={
                "start": round(max(cue.start, start) - start, 3),
                "end": round(min(cue.end, end) - start, 3),
            }
        )
        for cue in all_cues
        if cue.start < end - 1 / fps and cue.end > start + 1 / fps
    ]
