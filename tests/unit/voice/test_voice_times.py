"""Word times out of what a voice tells: characters' times, or places in the text."""

from __future__ import annotations

import numpy as np
import pytest

from shared.voice.elevenlabs import word_times
from shared.voice.espeak import Spoken
from shared.voice.offline import word_spans


def alignment(text: str, seconds: float = 0.1) -> dict[str, list[object]]:
    starts = [round(index * seconds, 3) for index in range(len(text))]
    return {
        "characters": list(text),
        "character_start_times_seconds": list(starts),
        "character_end_times_seconds": [round(start + seconds, 3) for start in starts],
    }


def test_words_from_characters() -> None:
    text = "Hi Ana,  王伟."
    assert word_times(text, alignment(text), 2) == ((0.0, 0.2), (0.3, 0.7), (0.9, 1.2))


@pytest.mark.parametrize("given", [None, alignment("Hi"), alignment("")])
def test_times_that_do_not_match_the_text_are_shared_by_length(given: dict[str, list[object]] | None) -> None:
    times = word_times("Hi Ana now", given, 11)
    assert [round(start, 2) for start, _ in times] == [0, 3, 7]
    assert times[-1][1] == pytest.approx(11)


def spoken(*words: tuple[int, int]) -> Spoken:
    return Spoken(np.full(1000, 5000, np.int16), 22_050, words)


@pytest.mark.parametrize(
    ("text", "run", "spans"),
    [
        ("Hi Ana", spoken((0, 0), (3, 400)), [(0, 400), (400, 1000)]),
        (
            "It's 24/7 now",
            spoken((0, 0), (5, 100), (6, 150), (8, 300), (10, 700)),
            [(0, 100), (100, 700), (700, 1000)],
        ),
        ("one of the", spoken((0, 0), (4, 500)), [(0, 500), (500, 700), (700, 1000)]),
        ("Hi Ana", spoken((0, 100)), [(100, 460), (460, 1000)]),
        ("Hi Ana", spoken((0, 0), (2, 400)), [(0, 400), (400, 1000)]),
        ("Hi", spoken((0, 0), (0, 5), (1, 300)), [(0, 1000)]),
        ("Hi Ana", spoken(), [(0, 400), (400, 1000)]),
        ("a b c", spoken((0, 0), (4, 300), (2, 600)), [(0, 600), (600, 600), (600, 1000)]),
    ],
)
def test_spans_of_written_words(text: str, run: Spoken, spans: list[tuple[int, int]]) -> None:
    assert word_spans(text.split(), run) == spans
