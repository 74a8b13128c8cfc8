"""The plan, as data: which scenes, recordings, clips and overlays a request comes to, and who shares them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from shared.composition import Branding, Insert, IntroOptions, Scene, Styling
from shared.composition.cards import CardFields, Look
from shared.composition.plan import plan_video
from shared.composition.request import Plan, Request, Spoken
from shared.composition.timeline import Names
from shared.media.presets import EncoderSettings
from shared.recording import (
    BilledTo,
    Card,
    Click,
    Highlight,
    Hold,
    PageReport,
    Scroll,
    Tour,
    Viewport,
    Visitor,
    Work,
)
from shared.scripting import Script, Section
from shared.voice import Word

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CLIP_FRAMES = 4 * 6 * 30
PNG = b"\x89PNG\r\n\x1a\n"
PICTURE, VIDEO = f"uploads/1/{'a' * 64}.png", f"uploads/1/{'b' * 64}.mp4"


def section(kind: Any, seconds: float) -> Section:
    return Section(
        title=kind,
        content="One two three.",
        duration_seconds=seconds,
        scene_type=kind,
        timing_marker="[00:00]",
    )


def spoken(seconds: float, said: str = "One") -> Spoken:
    words = tuple(Word(text=word, start=0.1 + n, end=0.5 + n) for n, word in enumerate(said.split()))
    return Spoken(audio_key=f"voices/1/{seconds}.wav", duration_seconds=seconds, words=words)


def lead(name: str = "Ana", company: str = "Acme") -> CardFields:
    return CardFields(name=name, company=company)


def page(**fields: Any) -> PageReport:
    work = Work(started_at=NOON, finished_at=NOON, browser_version="Chrome/1")
    return PageReport(
        **{
            "url": "https://acme.example/",
            "final_url": "https://acme.example/",
            "http_status": 200,
            "title": "Acme",
            "load_seconds": 0.5,
            "scroll_height": 5000,
            "fingerprint": "f",
            "verdict": "ok",
            "work": work,
        }
        | fields
    )


def plan(sections: list[tuple[Any, float, float]] | None = None, **fields: Any) -> Plan:
    """sections: (scene type, seconds it was given, seconds of its speech)."""
    chosen = sections or [("intro", 5, 4.0), ("demo", 10, 9.0), ("feature", 10, 8.0), ("cta", 5, 4.0)]
    script = Script(
        script_style="professional",
        sections=tuple(section(kind, seconds) for kind, seconds, _ in chosen),
        total_duration_seconds=sum(seconds for _, seconds, _ in chosen),
        ai_model_used="offline",
    )
    request = {
        "workspace_id": 1,
        "fields": lead(),
        "script": script,
        "speech": tuple(spoken(seconds) for _, _, seconds in chosen),
        "page": page(),
        "page_image": b"\xff\xd8jpeg",
        "viewport": Viewport(),
        "freshness": 1,
    }
    return plan_video(Request(**(request | fields)))


def kinds(made: Plan) -> list[str]:
    return [scene.shows for scene in made.timeline.scenes]


def styled(**fields: Any) -> dict[str, Any]:
    return {"styling": Styling(**fields)}


def html_of(made: Plan, prefix: str) -> str:
    source = made.jobs[prefix].source
    assert isinstance(source, Card)
    return source.html


def of_type(made: Plan, kind: str) -> list[Scene]:
    return [scene for scene in made.timeline.scenes if scene.scene_type == kind]


def test_cards_open_and_close_and_the_page_is_between() -> None:
    made = plan()
    assert kinds(made) == ["card", "page", "page", "card"]
    assert [made.jobs[scene.job].source.kind for scene in made.timeline.scenes] == [
        "card", "tour", "tour", "card",
    ]  # fmt: skip
    assert made.timeline.duration_seconds == 30
    assert made.timeline.first_frames() == [0, 150, 450, 750]


def test_speech_that_needs_longer_gets_it_in_half_seconds() -> None:
    made = plan([("intro", 5, 6.3), ("demo", 10, 9.0), ("cta", 5, 4.0)])
    assert [scene.frame_count for scene in made.timeline.scenes] == [225, 300, 150]


def test_a_word_more_or_less_changes_no_scene_of_the_page() -> None:
    one, other = plan(), plan([("intro", 5, 4.1), ("demo", 10, 8.7), ("feature", 10, 8.4), ("cta", 5, 4.0)])
    assert [scene.job for scene in one.timeline.scenes] == [scene.job for scene in other.timeline.scenes]


def test_the_scenes_of_the_page_are_ranges_of_one_tour_without_a_gap() -> None:
    jobs = [job for job in plan().jobs.values() if isinstance(job.source, Tour)]
    assert jobs[0].first_frame == 0
    for job, following in pairwise(jobs):
        assert isinstance(job.source, Tour)
        assert isinstance(following.source, Tour)
        assert following.source.steps[: len(job.source.steps)] == job.source.steps
        assert following.first_frame == job.first_frame + job.frame_count
    last = jobs[-1]
    assert isinstance(last.source, Tour)
    seconds = sum(step.length for step in last.source.steps)
    assert seconds == pytest.approx((last.first_frame + last.frame_count) / 30)


def test_a_long_section_becomes_recordings_of_a_minute_and_clips_of_four_segments_at_most() -> None:
    made = plan([("intro", 5, 4.0), ("demo", 150, 140.0), ("cta", 5, 4.0)])
    demo = of_type(made, "demo")
    recordings = list(dict.fromkeys(scene.job for scene in demo))
    assert [made.jobs[prefix].frame_count for prefix in recordings] == [1500, 1500, 1500]
    assert [made.jobs[prefix].first_frame for prefix in recordings] == [0, 1500, 3000]
    assert [(scene.first_frame, scene.frame_count) for scene in demo] == [
        (0, 540), (540, 540), (1080, 420)
    ] * 3  # fmt: skip
    assert [scene.narration is not None for scene in demo] == [True] + [False] * 8


@pytest.mark.parametrize("seconds", [5, 23.5, 24, 24.5, 30, 48.5, 60, 60.5, 119.5, 300])
def test_clips_are_whole_segments_without_a_gap_whatever_the_length(seconds: float) -> None:
    made = plan([("demo", seconds, 1.0)])
    at: dict[str, int] = {}
    for scene in made.timeline.scenes:
        assert scene.first_frame == at.get(scene.job, 0)
        at[scene.job] = scene.first_frame + scene.frame_count
        whole = scene.frame_count % 180 == 0 or at[scene.job] == made.jobs[scene.job].frame_count
        assert whole and scene.frame_count <= CLIP_FRAMES
    assert at == {prefix: job.frame_count for prefix, job in made.jobs.items()}
    assert all(job.frame_count <= 60 * 30 for job in made.jobs.values())
    assert made.timeline.frame_count == seconds * 30


def test_there_is_a_clip_for_each_scene_at_every_level() -> None:
    made = plan(encoder=EncoderSettings(preset="fast", crf=28))
    assert [job.shot for job in made.clips.values()] == list(made.timeline.shots)
    for prefix, job in made.clips.items():
        assert prefix.startswith("clips/1/")
        assert [level.name for level in job.levels] == ["1080p", "720p", "480p"]
        assert (job.encoder.preset, job.encoder.crf) == ("fast", 28)


@pytest.mark.parametrize(
    ("styling", "viewport", "levels"),
    [
        (Styling(), Viewport(), ["1080p", "720p", "480p"]),
        (Styling(quality_versions=("480p",)), Viewport(), ["1080p", "480p"]),
        (Styling(generate_quality_versions=False), Viewport(), ["1080p"]),
        (Styling(), Viewport(width=1280, height=720), ["720p", "480p"]),
        (Styling(quality_versions=()), Viewport(width=1280, height=720), ["720p"]),
        (Styling(), Viewport(width=640, height=360), ["360p"]),
        (Styling(), Viewport(width=1080, height=1920), ["1080p", "720p", "480p"]),
    ],
)
def test_levels_are_those_asked_for_below_the_video_s_own(
    styling: Styling, viewport: Viewport, levels: list[str]
) -> None:
    made = plan(styling=styling, viewport=viewport)
    assert [level.name for level in made.timeline.levels] == levels


def test_only_the_intro_of_another_lead_is_its_own() -> None:
    ana, ben = plan(), plan(fields=lead("Ben", "Another"))
    for one, other in zip(ana.timeline.scenes, ben.timeline.scenes, strict=True):
        assert (one.job == other.job) is (one.scene_type != "intro")
    assert len(set(ana.clips) & set(ben.clips)) == len(ana.clips) - 1
    [intro] = [prefix for prefix in ana.jobs if prefix not in ben.jobs]
    assert "Ana" in html_of(ana, intro)
    assert ana.timeline.cards == (intro,)
    assert (ana.timeline.names.name, ana.timeline.names.company) == ("Ana", "Acme")
    [outro] = of_type(ana, "cta")
    assert "Ana" not in html_of(ana, outro.job)


def test_another_workspace_shares_nothing() -> None:
    one, other = plan(), plan(workspace_id=2)
    assert not set(one.jobs) & set(other.jobs)
    assert not set(one.clips) & set(other.clips)


@pytest.mark.parametrize(
    "fields",
    [
        {"page": page(fingerprint="other")},
        {"freshness": 2},
        {"page": page(work=Work(started_at=NOON, finished_at=NOON, browser_version="Chrome/2"))},
        {"viewport": Viewport(fps=25)},
        {"viewport": Viewport(width=1280, height=720)},
        {"page": page(url="https://acme.example/?name=Ana")},
        {"visitor": Visitor(color_scheme="dark")},
        {"visitor": Visitor(access="sealed")},
    ],
)
def test_whatever_shapes_the_pixels_changes_the_key(fields: dict[str, Any]) -> None:
    tours = {prefix for prefix, job in plan(**fields).jobs.items() if isinstance(job.source, Tour)}
    assert tours.isdisjoint(plan().jobs)


def test_who_pays_does_not_change_the_key() -> None:
    assert set(plan().jobs) == set(plan(billed_to=BilledTo(workspace_id=1, video_id=9)).jobs)


def test_the_card_shows_the_name() -> None:
    made = plan(fields=lead("李小龍"))
    assert "李小龍" in html_of(made, made.timeline.scenes[0].job)


def test_each_narration_starts_with_its_scene() -> None:
    for scene in plan().timeline.scenes:
        assert scene.narration is not None
        assert scene.narration.offset_seconds + scene.narration.duration_seconds < scene.frame_count / 30


def test_a_section_without_speech_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        plan(speech=(spoken(1.0),))


def tours(made: Plan) -> list[Tour]:
    return [job.source for job in made.jobs.values() if isinstance(job.source, Tour)]


def test_a_step_waits_for_its_words_in_whichever_section_says_them() -> None:
    words = (Word(text="Look:", start=0.2, end=0.5), Word(text="Pricing", start=2.1, end=2.6))
    speech = tuple(
        Spoken(audio_key=f"voices/{n}.wav", duration_seconds=seconds, words=said)
        for n, (seconds, said) in enumerate([(4.0, words), (9.0, ()), (8.0, words), (4.0, ())])
    )
    steps = (Scroll(to="#pricing", seconds=1), Highlight(selector="#p", when_said="pricing"))
    tour = tours(plan(speech=speech, steps=steps))[-1]
    # the demo lasts 10 s; a scene's voice starts after its lead-in
    assert [step.kind for step in tour.steps] == ["scroll", "hold", "highlight"]
    assert tour.steps[0].length + tour.steps[1].length == pytest.approx(10 + 0.4 + 2.1)


def test_the_page_stays_until_the_last_step_is_over() -> None:
    made = plan(steps=(Hold(seconds=26.2), Click(selector="#buy")))
    assert [scene.frame_count for scene in made.timeline.scenes] == [150, 300, 540, 150]


def test_a_change_to_a_later_step_films_only_what_comes_later() -> None:
    first = plan(steps=(Hold(seconds=12), Click(selector="#buy")))
    other = plan(steps=(Hold(seconds=12), Click(selector="#try")))
    same = [a.job == b.job for a, b in zip(first.timeline.scenes, other.timeline.scenes, strict=True)]
    assert same == [True, True, False, True]


def test_what_the_film_shows_of_the_hand_is_as_asked() -> None:
    assert not tours(plan(show_cursor=False))[0].show_cursor
    assert not tours(plan(highlight_clicks=False))[0].highlight_clicks


def test_words_that_nobody_says_are_found() -> None:
    steps = (Hold(seconds=1), Highlight(selector="#p", when_said="refund"))
    [finding] = plan(steps=steps).findings
    assert finding.severity == "warn"
    assert "“refund”" in finding.reason
    assert plan().findings == ()


@pytest.mark.parametrize("transition", ["cut", "fade"])
def test_without_an_intro_the_page_is_there_from_the_first_frame_and_nothing_is_of_one_lead(
    transition: Any,
) -> None:
    looks = styled(intro=IntroOptions(enabled=False), transition=transition)
    ana, ben = plan(**looks), plan(**looks, fields=lead("Ben", "Another"))
    assert kinds(ana) == ["page", "page", "page", "card"]
    assert [scene.narration is not None for scene in ana.timeline.scenes] == [True] * 4
    assert ana.timeline.cards == ()
    assert ana.timeline.names == Names()  # there is no card to show them
    assert ana.jobs == ben.jobs
    assert ana.clips == ben.clips


def test_an_intro_lasts_as_long_as_was_asked_or_as_its_speech() -> None:
    for asked, frames in ((8, 240), (2, 150)):
        made = plan(**styled(intro=IntroOptions(duration_seconds=asked)))
        assert [scene.frame_count for scene in made.timeline.scenes] == [frames, 300, 300, 150]


@pytest.mark.parametrize(
    ("own", "name", "company"),
    [
        (None, "Ana Silva", "Acme"),
        ("<p>{name}</p>", "Ana Silva", ""),
        ("<p>{name|there}, {company|your team}</p>", "Ana Silva", "Acme"),
        ("<p>Hi {first_name|there}</p>", "Ana", ""),
        ("<p>Hello</p>", "", ""),
    ],
)
def test_the_names_to_look_for_are_those_that_the_intro_shows(
    own: str | None, name: str, company: str
) -> None:
    names = plan(fields=lead("Ana Silva", " Acme "), look=Look(own_intro=own)).timeline.names
    assert (names.name, names.company) == (name, company)


def with_inserts(**more: Any) -> dict[str, Any]:
    inserts = (
        Insert(scene_type="demo", media_path=PICTURE, caption="Our <panel>"),
        Insert(scene_type="feature", media_path=VIDEO),
    )
    return styled(inserts=inserts, **more) | {"pictures": {PICTURE: PNG}}


def test_a_picture_becomes_a_card_and_a_video_is_taken_in() -> None:
    made = plan(**with_inserts())
    assert kinds(made) == ["card", "card", "media", "card"]
    [shown] = of_type(made, "demo")
    assert "Our &lt;panel&gt;" in html_of(made, shown.job)
    [prefix] = made.media
    assert prefix.startswith("recordings/1/media/")
    assert prefix not in made.jobs
    job = made.media[prefix]
    assert (job.media, job.width, job.height, job.fps, job.frame_count) == (VIDEO, 1920, 1080, 30, 300)
    assert tours(made) == []


def test_a_long_video_is_taken_in_once_and_shown_without_a_gap() -> None:
    made = plan([("intro", 5, 4.0), ("feature", 150, 9.0), ("cta", 5, 4.0)], **with_inserts())
    [job] = made.media.values()
    assert job.frame_count == 4500
    scenes = of_type(made, "feature")
    assert {scene.job for scene in scenes} == set(made.media)
    for scene, following in pairwise(scenes):
        assert following.first_frame == scene.first_frame + scene.frame_count
    assert scenes[-1].first_frame + scenes[-1].frame_count == 4500


def test_the_tour_goes_on_where_it_was_after_something_else_was_shown() -> None:
    insert = Insert(scene_type="feature", media_path=PICTURE)
    made = plan(
        [("intro", 5, 4.0), ("demo", 10, 9.0), ("feature", 10, 8.0), ("proof", 10, 8.0), ("cta", 5, 4.0)],
        **styled(inserts=(insert,)), pictures={PICTURE: PNG},
    )  # fmt: skip
    pages = [made.jobs[scene.job] for scene in made.timeline.scenes if scene.shows == "page"]
    assert [(job.first_frame, job.frame_count) for job in pages] == [(0, 300), (300, 300)]


def fades(made: Plan) -> list[tuple[int, int]]:
    return [(scene.fade_in, scene.fade_out) for scene in made.timeline.scenes]


def test_pictures_fade_only_where_another_thing_is_shown() -> None:
    assert fades(plan()) == [(0, 0)] * 4
    assert fades(plan(**styled(transition="fade"))) == [(0, 9), (9, 0), (0, 9), (9, 0)]
    assert fades(plan(**with_inserts(transition="fade"))) == [(0, 9), (9, 9), (9, 9), (9, 0)]


@pytest.mark.parametrize("kind", ["demo", "feature", "proof"])
def test_nothing_fades_within_a_long_section(kind: str) -> None:
    """Its page, picture or video is several recordings and clips, and one thing to see."""
    sections: list[tuple[Any, float, float]] = [("intro", 5, 4.0), (kind, 150, 140.0), ("cta", 5, 4.0)]
    made = plan(sections, **with_inserts(transition="fade"))
    within = of_type(made, kind)
    assert len(within) > 6
    assert [(scene.fade_in, scene.fade_out) for scene in within] == [
        (9, 0), *[(0, 0)] * (len(within) - 2), (0, 9)
    ]  # fmt: skip


def test_a_fade_takes_a_third_of_a_very_short_scene_at_most() -> None:
    made = plan([("intro", 0.5, 0.0001), ("demo", 10, 9.0), ("cta", 5, 4.0)], **styled(transition="fade"))
    for scene in made.timeline.scenes:
        assert scene.fade_in + scene.fade_out <= scene.frame_count * 2 // 3


def test_the_logo_stands_on_all_but_cards_that_show_it_themselves() -> None:
    logo: dict[str, Any] = {"look": Look(logo=PNG)}
    made = plan(**with_inserts(), **logo)
    assert [len(scene.overlays) for scene in made.timeline.scenes] == [0, 0, 1, 0]
    made = plan(**logo)
    assert [len(scene.overlays) for scene in made.timeline.scenes] == [0, 1, 1, 0]
    [over] = {prefix for scene in made.timeline.scenes for prefix in scene.overlays}
    job = made.jobs[over]
    assert (job.first_frame, job.frame_count) == (0, 1)
    assert isinstance(job.source, Card) and job.source.transparent
    plain = Branding(apply_branding=False)
    assert not any(scene.overlays for scene in plan(**logo, **styled(branding=plain)).timeline.scenes)


def test_the_corner_of_the_logo_is_another_overlay() -> None:
    corners = [
        plan(look=Look(logo=PNG), **styled(branding=Branding(logo_position=corner))).timeline.scenes[1]
        for corner in ("top-left", "bottom-right")
    ]
    assert corners[0].job == corners[1].job
    assert corners[0].overlays != corners[1].overlays


def test_the_watermark_is_one_overlay_for_all_scenes() -> None:
    made = plan(**styled(watermark=True))
    overlays = {scene.overlays for scene in made.timeline.scenes}
    assert len(overlays) == 1
    assert made.jobs[overlays.pop()[0]].frame_count == 1


def burned(*said: str, **fields: Any) -> Plan:
    seconds = (4.0, 9.0, 8.0, 4.0)
    speech = tuple(spoken(length, text) for length, text in zip(seconds, said, strict=True))
    return plan(speech=speech, **styled(captions="burned"), **fields)


def test_burned_captions_are_timed_from_their_scene_and_shared_by_leads_who_hear_the_same() -> None:
    ana = burned("Hi Ana.", "This is it.", "And this.", "Shall we?")
    ben = burned("Good morning Ben!", "This is it.", "And that.", "Shall we?", fields=lead("Ben"))
    same = [
        one.overlays == other.overlays
        for one, other in zip(ana.timeline.scenes, ben.timeline.scenes, strict=True)
    ]
    assert same == [False, True, False, True]
    for scene, text in zip(ana.timeline.scenes, ("Hi Ana.", "This is it.", "And this."), strict=False):
        [over] = scene.overlays
        assert ana.jobs[over].frame_count == scene.frame_count
        assert text in html_of(ana, over)


def test_captions_stay_where_they_are_when_the_intro_grows() -> None:
    short = burned("Hi Ana.", "This is it.", "And this.", "Shall we?")
    long = plan(
        [("intro", 9, 4.0), ("demo", 10, 9.0), ("feature", 10, 8.0), ("cta", 5, 4.0)],
        speech=tuple(
            spoken(length, text)
            for length, text in zip(
                (4.0, 9.0, 8.0, 4.0), ("Hi Ana.", "This is it.", "And this.", "Shall we?"), strict=True
            )
        ),
        **styled(captions="burned"),
    )
    assert [scene.overlays for scene in long.timeline.scenes[1:]] == [
        scene.overlays for scene in short.timeline.scenes[1:]
    ]


def test_a_scene_in_which_nothing_is_said_has_no_caption_to_burn() -> None:
    made = burned("Hi Ana.", "", "And this.", "Shall we?")
    assert [len(scene.overlays) for scene in made.timeline.scenes] == [1, 0, 1, 1]


def test_what_is_asked_of_sound_and_language_is_handed_on() -> None:
    music = f"uploads/1/{'c' * 64}.wav"
    made = plan(**styled(music_path=music))
    assert (made.timeline.music, made.timeline.language) == (music, "en")
