"""How written words are said, and in which language."""

from __future__ import annotations

import pytest

from shared.voice.language import language_of, runs
from shared.voice.reading import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hi Ana, hello.", "Hi Ana, hello."),
        ("Hi\nAna,\t\r\nhello.", "Hi Ana, hello."),
        ("Hi Ana🚀, hello 🚀.", "Hi Ana, hello."),
        ("🚀 👩‍🚀 🇵🇹 Go!", "Go!"),
        ("Acme (UK) [Ltd] <b>", "Acme UK Ltd b"),
        ("R&D at A & B", "R and D at A and B"),
        ("“Well”, she said — and left…", "Well, she said, and left"),
        ("It’s 24/7", "It's 24 7"),
        ("a - b", "a, b"),
        ("snake_case", "snake case"),
        ("100% of $5", "100% of $5"),
        ("王伟 محمد", "王伟 محمد"),
        ("bidi \u202eevil\u202c", "bidi evil"),
        ("...", ""),
        ("🚀", ""),
        ("", ""),
    ],
)
def test_what_is_said(text: str, said: str) -> None:
    assert read_aloud(text).text == said


def test_the_words_are_those_that_are_written() -> None:
    text = "Hi 🚀 Ana🚀, (R&D) — now!"
    assert " ".join(read_aloud(text).words) == text


def test_times_come_back_to_the_written_words() -> None:
    reading = read_aloud("Hi 🚀 R&D (now) 🚀")
    assert reading.text == "Hi R and D now"
    times = ((0.0, 0.2), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (1.0, 1.4))
    assert reading.written_times(times) == ((0.0, 0.2), (0.2, 0.2), (0.3, 0.9), (1.0, 1.4), (1.4, 1.4))


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("Ana", "en"),
        ("Zoë", "en"),
        ("王伟,", "cmn"),
        ("たろう", "ja"),
        ("山田たろう", "ja"),
        ("홍길동", "ko"),
        ("محمد", "ar"),
        ("שלום", "he"),
        ("Иван", "ru"),
        ("Ελένη", "el"),
        ("राम", "hi"),
        ("สมชาย", "th"),
        ("24/7", None),
    ],
)
def test_language_by_script(word: str, language: str | None) -> None:
    assert language_of(word) == language


def test_neighbours_of_one_language_are_one_run() -> None:
    words = ["Hi", "王伟,", "24", "hello", "there", "Иван"]
    assert runs(words) == [
        ("en", ["Hi"]),
        ("cmn", ["王伟,", "24"]),
        ("en", ["hello", "there"]),
        ("ru", ["Иван"]),
    ]
