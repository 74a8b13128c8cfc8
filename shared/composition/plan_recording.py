"""Plan a recording on its own: a tour of a page, in scenes that a video may show later. Pure."""

from __future__ import annotations

from shared.composition.plan import LONGEST_RECORDING_SECONDS, planned
from shared.composition.request import Plan, Request
from shared.composition.sources import Jobs, clips_of
from shared.composition.timeline import Scene, Timeline
from shared.recording import Tour, place_steps, plan_tour

USUAL_SECONDS = 30.0


def plan_recording(request: Request, seconds: float | None) -> Plan:
    """seconds: as long as the steps of the tour unless said, or USUAL_SECONDS."""
    view, page = request.viewport, request.page
    steps = place_steps(request.steps, ())
    needed = sum(step.length for step in steps)
    lasts = max(needed, seconds or (0 if steps else USUAL_SECONDS), 1.0)
    tour = Tour(
        url=page.url,
        steps=steps or plan_tour(page.scroll_height, view, lasts, page.landmarks),
        show_cursor=request.show_cursor,
        highlight_clicks=request.highlight_clicks,
        visitor=request.visitor,
    )
    jobs = Jobs(request)
    scenes = [
        Scene(
            title=page.title or page.url,
            scene_type="demo",
            job=clip.job,
            first_frame=clip.first_frame,
            frame_count=clip.frame_count,
        )
        for stretch in jobs.stretches(tour, 0, round(lasts * view.fps), LONGEST_RECORDING_SECONDS * view.fps)
        for clip in clips_of(stretch, request.encoder.keyframe_seconds * view.fps)
    ]
    timeline = Timeline(viewport=view, scenes=tuple(scenes), encoder=request.encoder)
    return planned(timeline, request, jobs)
