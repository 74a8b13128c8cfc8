"""Plan a video: from script, voice, page and templates to scenes. Pure: the same input gives the same plan.

A scene is as long as its section was given, or as its speech needs, in half seconds; so leads whose
sentences differ a little share scenes. Between the cards, the scenes are ranges of one tour of the page.
"""

from __future__ import annotations

import math
from typing import Literal

from shared.composition.covering import covered, faded
from shared.composition.film import Film
from shared.composition.request import Plan, Request, Spoken
from shared.composition.sources import Jobs, Source, card, clips_of, picture
from shared.composition.timeline import Names, Narration, Scene, Timeline
from shared.encoding import EncodeJob, clip_prefix
from shared.recording import Card, Finding, Said, Tour, place_steps, plan_tour, unsaid
from shared.scripting import Section

LEAD_IN_SECONDS = 0.4
TAIL_SECONDS = 0.4
QUANTUM_SECONDS = 0.5
LONGEST_RECORDING_SECONDS = 60
_SHOWS: dict[type, Literal["page", "card"]] = {Tour: "page", Film: "page", Card: "card"}


def plan_video(request: Request) -> Plan:
    """Raises ValueError when a section has no speech."""
    sections = request.script.sections
    lengths = [_frames(request, *pair) for pair in zip(sections, request.speech, strict=True)]
    never = unsaid(request.steps, _spoken_on(request, lengths))
    page = _page(request, lengths)
    jobs = Jobs(request)
    scenes: list[Scene] = []
    toured = 0
    for section, spoken, frames in zip(sections, request.speech, lengths, strict=True):
        source = _source(request, section, frames, page)
        scenes += _scenes(request, section, spoken, source, (toured if source is page else 0), frames, jobs)
        toured += frames if source is page else 0
    timeline = _timeline(request, scenes)
    if request.styling.transition == "fade":
        timeline = faded(timeline, jobs)
    timeline = covered(timeline, request, jobs)
    return planned(
        timeline,
        request,
        jobs,
        findings=tuple(
            Finding(severity="warn", reason=f"a step of the tour waits for “{words}”, which is never said")
            for words in never
        ),
    )  # fmt: skip


def planned(timeline: Timeline, request: Request, jobs: Jobs, findings: tuple[Finding, ...] = ()) -> Plan:
    """A timeline, with the jobs that it needs."""
    clips = {
        clip_prefix(request.workspace_id, shot, timeline.encoder): EncodeJob(
            shot=shot, levels=timeline.levels, encoder=timeline.encoder
        )
        for shot in timeline.shots
    }
    return Plan(timeline=timeline, jobs=jobs.scenes, media=jobs.media, clips=clips, findings=findings)


def _timeline(request: Request, scenes: list[Scene]) -> Timeline:
    cards = tuple(dict.fromkeys(scene.job for scene in scenes if _greets(scene)))
    return Timeline(
        viewport=request.viewport,
        scenes=tuple(scenes),
        encoder=request.encoder,
        heights=request.styling.heights,
        music=request.styling.music_path,
        language=request.script.language,
        names=_names(request) if cards else Names(),
        cards=cards,
    )  # fmt: skip


def _greets(scene: Scene) -> bool:
    return scene.scene_type == "intro" and scene.shows == "card"


def _names(request: Request) -> Names:
    """What is to be read on the intro. A template of one's own may leave a name out."""
    own = request.look.own_intro
    if own is None:
        return Names(name=request.fields.name, company=request.fields.company.strip())
    whole, first = "{name" in own, "{first_name" in own
    name = request.fields.name if whole else request.fields.greeted_as if first else ""
    return Names(name=name, company=request.fields.company.strip() if "{company" in own else "")


def _source(request: Request, section: Section, frames: int, page: Tour | Film) -> Source:
    insert = request.insert(section.scene_type)
    if request.has_card(section.scene_type):
        return card(request, section, frames)
    if insert is None:
        return page
    return picture(request, insert) if insert.media_path in request.pictures else insert


def _scenes(
    request: Request, section: Section, spoken: Spoken, source: Source, first: int, frames: int, jobs: Jobs
) -> list[Scene]:
    """A section as scenes, none longer than a clip should be."""
    fps = request.viewport.fps
    narration: Narration | None = Narration(
        audio_key=spoken.audio_key,
        offset_seconds=LEAD_IN_SECONDS,
        duration_seconds=spoken.duration_seconds,
        words=spoken.words,
    )
    scenes = []
    for stretch in jobs.stretches(source, first, frames, LONGEST_RECORDING_SECONDS * fps):
        for clip in clips_of(stretch, request.encoder.keyframe_seconds * fps):
            scenes.append(
                Scene(
                    title=section.title,
                    scene_type=section.scene_type,
                    shows=_SHOWS.get(type(source), "media"),
                    job=clip.job,
                    first_frame=clip.first_frame,
                    frame_count=clip.frame_count,
                    held=clip.held,
                    narration=narration,
                )
            )  # fmt: skip
            narration = None  # a section longer than a scene is heard on from its first one
    return scenes


def _spoken_on(request: Request, lengths: list[int]) -> list[Said]:
    """The words that are said while the page is shown, and when, in seconds of its tour."""
    fps, start, said = request.viewport.fps, 0, []
    for section, spoken, frames in zip(request.script.sections, request.speech, lengths, strict=True):
        if request.shows_page(section.scene_type):
            begins = start / fps + LEAD_IN_SECONDS
            said += [Said(word.text, begins + word.start) for word in spoken.words]
            start += frames
    return said


def _page(request: Request, lengths: list[int]) -> Tour | Film:
    """What the page's sections show. They stay until the last of it is over: `lengths` grows."""
    fps = request.viewport.fps
    pages = [n for n, section in enumerate(request.script.sections) if request.shows_page(section.scene_type)]
    if request.film is not None:
        if pages:
            shown = sum(lengths[n] for n in pages)
            lengths[pages[-1]] += max(0, request.film.frame_count - shown)
        return request.film
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


def _frames(request: Request, section: Section, spoken: Spoken) -> int:
    needed = LEAD_IN_SECONDS + spoken.duration_seconds + TAIL_SECONDS
    asked = request.styling.intro.duration_seconds if section.scene_type == "intro" else 0.0
    return _quantised(max(section.duration_seconds, needed, asked), request.viewport.fps)


def _quantised(seconds: float, fps: int) -> int:
    """In frames, up to whole quanta: leads whose sentences differ a little still share scenes."""
    return math.ceil(math.ceil(seconds / QUANTUM_SECONDS - 1e-9) * QUANTUM_SECONDS * fps)
