from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from shared.composition.plan import Plan, Request, Spoken, plan_video
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


def section(kind: Any, seconds: float) -> Section:
    return Section(
        title=kind,
        content="One two three.",
        duration_seconds=seconds,
        scene_type=kind,
        timing_marker="[00:00]",
    )


def spoken(seconds: float) -> Spoken:
    words = (Word(text="One", start=0.1, end=0.5),)
    return Spoken(audio_key=f"voices/1/{seconds}.wav", duration_seconds=seconds, words=words)


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
        "name": "Ana",
        "company": "Acme",
        "script": script,
        "speech": tuple(spoken(seconds) for _, _, seconds in chosen),
        "page": page(),
        "page_image": b"\xff\xd8jpeg",
        "viewport": Viewport(),
        "freshness": 1,
        "scenes_prefix": "recordings/1/scenes",
    }
    return plan_video(Request(**(request | fields)))


def kinds(made: Plan) -> list[str]:
    return [made.jobs[scene.job].source.kind for scene in made.timeline.scenes]


def test_cards_open_and_close_and_the_page_is_between() -> None:
    made = plan()
    assert kinds(made) == ["card", "tour", "tour", "card"]
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


def test_a_long_section_becomes_scenes_of_a_minute_at_most() -> None:
    made = plan([("intro", 5, 4.0), ("demo", 150, 140.0), ("cta", 5, 4.0)])
    demo = [scene for scene in made.timeline.scenes if scene.scene_type == "demo"]
    assert [scene.frame_count for scene in demo] == [1500, 1500, 1500]
    assert [scene.narration is not None for scene in demo] == [True, False, False]


def test_another_lead_shares_the_page_and_the_outro() -> None:
    ana, ben = plan(), plan(name="Ben", company="Another")
    shared = set(ana.jobs) & set(ben.jobs)
    assert sorted(ana.jobs[prefix].source.kind for prefix in shared) == ["card", "tour", "tour"]
    assert "Ana" in next(ana.jobs[prefix].source.html for prefix in ana.jobs if prefix not in shared)


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
    first = next(iter(plan(name="李小龍").jobs.values()))
    assert isinstance(first.source, Card)
    assert "李小龍" in first.source.html


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
