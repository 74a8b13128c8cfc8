"""Cutting a script into what is spoken in one go."""

from __future__ import annotations

from shared.scripting import Passage, Script, Section
from shared.voice.pieces import JOIN_SECONDS, Piece, cut, pieces_of


def test_a_passage_is_cut_at_its_pauses_and_each_piece_hears_the_next() -> None:
    assert cut(Passage(text="One. [pause 1s] Two. [pause] Three.", usual="", personal=True)) == [
        Piece("One.", "", "Two.", 1.0),
        Piece("Two.", "One.", "Three.", 0.5),
        Piece("Three.", "Two.", "", JOIN_SECONDS),
    ]


def test_a_pause_that_a_passage_begins_with_comes_after_the_piece_before_it() -> None:
    passages = (
        Passage(text="The page.", usual="The page.", personal=False),
        Passage(text="[pause 2s] Hi Ana.", usual="[pause 2s] Hi there.", personal=True),
    )
    section = Section(
        title="x",
        content=" ".join(passage.text for passage in passages),
        duration_seconds=5,
        scene_type="demo",
        timing_marker="[00:00]",
        passages=passages,
    )
    script = Script(
        script_style="casual", sections=(section,), total_duration_seconds=5, ai_model_used="offline"
    )
    assert pieces_of(script) == [
        [Piece("The page.", "", "[pause 2s] Hi there.", 2.0), Piece("Hi Ana.", "The page.", "", JOIN_SECONDS)]
    ]
