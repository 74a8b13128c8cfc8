"""Tours as people write them, and their steps tied to words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.recording import (
    Click,
    Highlight,
    Hold,
    Said,
    Scroll,
    TourStep,
    WrongTour,
    place_steps,
    read_tour,
    unsaid,
    up_to,
)
from shared.recording.tour.steps import named

EVERY_KIND = [
    {"kind": "goto", "url": "https://a.example/pricing"},
    {"kind": "wait", "seconds": 1},
    {"kind": "wait", "selector": "#ready"},
    {"kind": "wait", "network": "quiet"},
    {"kind": "scroll", "to": "#pricing"},
    {"kind": "scroll", "to": 0.5, "seconds": 2},
    {"kind": "scroll", "by": -300},
    {"kind": "hover", "selector": "h1"},
    {"kind": "click", "selector": "text=Start free"},
    {"kind": "type", "selector": "#email", "text": "ana@acme.example"},
    {"kind": "zoom", "selector": "#chart", "scale": 1.8},
    {"kind": "zoom"},
    {"kind": "highlight", "selector": "#pricing h2", "when_said": "pricing", "optional": True},
    {"kind": "hold", "seconds": 2},
    {"kind": "hide", "selectors": [".chat", "#promo"]},
]


def written(folder: Path, tour: object) -> Path:
    path = folder / "tour.json"
    path.write_text(tour if isinstance(tour, str) else json.dumps(tour))
    return path


@pytest.mark.parametrize("tour", [EVERY_KIND, {"steps": EVERY_KIND}])
def test_every_kind_of_step_is_read(tour: object, tmp_path: Path) -> None:
    steps = read_tour(written(tmp_path, tour))
    assert [step.kind for step in steps] == [step["kind"] for step in EVERY_KIND]
    assert [step.length for step in steps] == [
        0, 1, 0, 0, 1.5, 2, 1.5, 1.5, 1.4, pytest.approx(1.4 + 16 * 0.08), 1.2, 1.2, 2, 2, 0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tour", "reason"),
    [
        ("not json", "is no JSON"),
        ([], "no list of 1 to 200 steps"),
        ({"tour": []}, "no list of 1 to 200 steps"),
        ([{"kind": "hold", "seconds": 1}] * 201, "no list of 1 to 200 steps"),
        ([{"kind": "hold", "seconds": 1}, {"kind": "dance"}], "step 2: its kind is none of click, goto,"),
        ([{"selector": "h1"}], "step 1: it has no kind; there are click,"),
        ([{"kind": "hold"}], "step 1 (hold): seconds: Field required"),
        ([{"kind": "hold", "seconds": -1}], "step 1 (hold): seconds: "),
        ([{"kind": "scroll"}], "either `to` (a selector or a fraction) or `by` (pixels)"),
        ([{"kind": "scroll", "to": 2}], "step 1 (scroll): to"),
        ([{"kind": "wait", "seconds": 1, "selector": "h1"}], "a wait has one of"),
        (
            [{"kind": "click", "selector": "h1", "button": "left"}],
            "step 1 (click): button: is not known there",
        ),
        ([{"kind": "click", "selector": "  "}], "step 1 (click): selector: "),
    ],
)
def test_what_is_wrong_is_named_with_its_step(tour: object, reason: str, tmp_path: Path) -> None:
    with pytest.raises(WrongTour) as caught:
        read_tour(written(tmp_path, tour))
    assert reason in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongTour, match="can't be read"):
        read_tour(tmp_path / "none.json")


def said(text: str, pace: float = 0.5) -> list[Said]:
    return [Said(word, n * pace) for n, word in enumerate(text.split())]


WORDS = said("Here is what you get. Our Pricing, for teams, is plain: the pricing never changes.")


def starts(steps: tuple[TourStep, ...]) -> dict[str, float]:
    now, found = 0.0, {}
    for step in steps:
        if step.kind != "hold":
            found[step.kind] = round(now, 3)
        now += step.length
    return found


def test_a_step_waits_for_its_words() -> None:
    steps = (
        Scroll(to=0.5, seconds=1),
        Highlight(selector="#p", when_said="pricing", seconds=2),
        Click(selector="#buy", when_said="never changes"),
    )
    placed = place_steps(steps, WORDS)
    assert starts(placed) == {"scroll": 0, "highlight": 3.0, "click": 6.5}
    assert [step for step in placed if step.kind != "hold"] == list(steps)


def test_words_that_are_over_are_looked_for_again_later() -> None:
    steps = (Hold(seconds=4), Highlight(selector="#p", when_said="PRICING"))
    assert starts(place_steps(steps, WORDS)) == {"highlight": 6.0}


def test_words_that_nobody_says_are_not_waited_for() -> None:
    steps = (Hold(seconds=1), Highlight(selector="#p", when_said="refund"))
    assert starts(place_steps(steps, WORDS)) == {"highlight": 1}
    assert unsaid(steps, WORDS) == ("refund",)


def test_what_comes_after_a_scene_does_not_shape_it() -> None:
    steps = (Hold(seconds=1), Scroll(to=1, seconds=2), Hold(seconds=1))
    assert up_to(steps, 0.5) == steps[:1]
    assert up_to(steps, 1) == steps[:1]
    assert up_to(steps, 1.1) == steps[:2]
    assert up_to(steps, 9) == steps


def test_steps_are_named_as_people_find_them() -> None:
    assert named(Click(selector="#buy"), 2) == "step 3 (click #buy)"
    assert named(Scroll(to=0.5), 0) == "step 1 (scroll 0.5)"
    assert named(Hold(seconds=1), 4) == "step 5 (hold)"
