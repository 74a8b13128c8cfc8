"""Whether what is said stands in the captions, and names on the cards."""

from __future__ import annotations

import pytest

from shared.composition import captions
from shared.composition.shown import captioned_share, is_shown
from tests.unit.composition.test_captions import TEXTS, spoken, timeline


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_our_own_captions_have_every_word(text: str) -> None:
    video = timeline(None, spoken(text, 40), seconds=45)
    assert captioned_share(video, captions(video)) == 1


def test_words_that_are_missing_late_or_other_lower_the_share() -> None:
    video = timeline(spoken("One two three four. Five six seven eight.", 8))
    text = captions(video)
    assert captioned_share(video, text) == 1
    assert captioned_share(video, text.replace("three", "")) == 7 / 8
    assert captioned_share(video, text.replace("eight", "ate")) == 7 / 8
    assert captioned_share(video, text.replace("00:00:0", "00:00:3")) == 0
    assert captioned_share(video, "WEBVTT\n") == 0


def test_without_speech_nothing_is_missing() -> None:
    assert captioned_share(timeline(None), "WEBVTT\n") == 1


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Ana Silva", "Hi\nANA\u00a0  Silva, a quick look"),
        ("Ａｃｍｅ ＧｍｂＨ", "for acme gmbh"),
        ("Zoe\u0301", "Hi Zoé"),
        ("STRASSE 5", "Straße 5"),
        ("欧阳娜娜", "你好，欧阳娜娜"),
    ],
)
def test_names_are_found_however_they_are_written(words: str, shown: str) -> None:
    assert is_shown(words, shown)


def test_another_name_is_not_found() -> None:
    assert not is_shown("Ana Silva", "Hi Anna Silva")
    assert not is_shown("Ana", "")
