"""Captions, as data: what is on screen and when, whatever was said."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from shared.composition import Cue, Narration, Scene, Timeline, captions, cues, srt
from shared.composition.captioning import read_webvtt
from shared.composition.phrases import text_width
from shared.recording import Viewport
from shared.voice import Word

NAMES = {
    "long, with spaces": "Maximiliana Konstantina " * 12 + "Ende",
    "long, without": "Wolfeschlegelsteinhausen" * 12 + "bergerdorff",
    "chinese": "欧阳娜娜很高兴认识你，我们看了贵公司的网站。" * 14,
    "arabic": "عبد الرحمن بن خالد آل سعود " * 11,
    "hebrew": "נעמה בן־דוד " * 25,
    "thai": "สวัสดีครับคุณสมชายยินดีที่ได้รู้จัก" * 8,
    "emoji": "👩‍👩‍👧‍👦🇩🇪👍🏽❤️" * 20,
    "marks": "Zoë̷̢̛" * 50,
    "markup": "<b>\"Ana\" & 'Co'</b> --> {{name}} %s \\n <00:00:01.000> " * 5,
    "line breaks": "Ana\r\nSilva\u2028da\tCosta\x00 Vieira\n\n" * 9,
}
TEXTS = {
    "plain": "Hi Ana, this is Acme. I looked at your page, and thought of three things that may help you "
    "sell more of it in the next quarter. Shall we talk? It takes ten minutes, and you'll see it at once.",
    "numbers": "We saved 1,250.50 dollars in 3.5 weeks; that is 99.9 percent more than e.g. before. Really!",
    **NAMES,
}


def spoken(text: str, seconds: float, offset: float = 0.4, pause: float = 0.0) -> Narration:
    """Words in even time, as voices give them: cut at white space."""
    words = text.split(" ")
    words = [word for word in words if word] or ["-"]
    share = seconds / len(words)
    return Narration(
        audio_key="voice.wav",
        offset_seconds=offset,
        duration_seconds=seconds,
        words=tuple(
            Word(text=word, start=index * share, end=(index + 1) * share - pause)
            for index, word in enumerate(words)
        ),
    )


def timeline(*narrations: Narration | None, seconds: float = 60.0) -> Timeline:
    return Timeline(
        viewport=Viewport(),
        scenes=tuple(
            Scene(title="x", scene_type="demo", job="j", frame_count=round(seconds * 30), narration=narration)
            for narration in narrations
        ),
    )


def bare(text: str) -> str:
    return re.sub(r"[\s\x00]", "", text)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("characters_a_second", [8, 15, 25])
def test_every_cue_can_be_read(text: str, characters_a_second: int) -> None:
    seconds = max(2.0, text_width(text) / characters_a_second)
    shown = cues(timeline(spoken(text, seconds), seconds=seconds + 2))
    assert bare("".join(line for cue in shown for line in cue.lines)) == bare(text)
    for cue in shown:
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < len(line) <= text_width(line) <= 42 for line in cue.lines)
        assert all((line == line.strip() and line.isprintable()) or "\u200d" in line for line in cue.lines)
        assert 1 - 1e-6 <= cue.end - cue.start <= 6 + 1e-6
    assert all(before.end <= after.start for before, after in pairwise(shown))


def test_cues_end_with_sentences_and_clauses() -> None:
    shown = cues(timeline(spoken(TEXTS["plain"], 14)))
    assert [cue.lines for cue in shown] == [
        ("Hi Ana, this is Acme.",),
        ("I looked at your page,",),
        ("and thought of three things that may help", "you sell more of it in the next quarter."),
        ("Shall we talk?",),
        ("It takes ten minutes,", "and you'll see it at once."),
    ]


def test_a_cue_is_there_while_its_words_are_heard() -> None:
    narration = spoken("One two three four. Five six seven eight.", 8, offset=1.0)
    first, second = cues(timeline(None, narration, seconds=20))
    assert (first.start, second.start) == (21.0, 25.0)
    assert first.end == 25.0
    assert second.end == pytest.approx(29.3)


def test_a_short_sentence_does_not_flash() -> None:
    shown = cues(timeline(spoken("Yes. That is how it works for you and for everyone.", 4.4)))
    assert shown[0].lines[0].startswith("Yes. ")


def test_a_pause_ends_a_cue() -> None:
    words = [Word(text="Wait", start=0, end=0.5), Word(text="for", start=0.6, end=1.0)]
    words += [Word(text="it", start=4.5, end=5.0), Word(text="now.", start=5.1, end=5.5)]
    narration = Narration(audio_key="a", offset_seconds=0, duration_seconds=6, words=tuple(words))
    assert [cue.lines for cue in cues(timeline(narration))] == [("Wait for",), ("it now.",)]


def test_times_that_step_back_or_stand_still() -> None:
    words = tuple(
        Word(text=f"word{index}", start=5 - index * 0.1, end=5 - index * 0.1) for index in range(40)
    )
    narration = Narration(audio_key="a", offset_seconds=0, duration_seconds=6, words=words)
    shown = cues(timeline(narration))
    assert all(before.end <= after.start for before, after in pairwise(shown))
    assert sum(len(line.split()) for cue in shown for line in cue.lines) == 40


def test_nothing_is_shown_after_the_end() -> None:
    shown = cues(timeline(spoken("One two three. Four five six.", 10, offset=0), seconds=4))
    assert max(cue.end for cue in shown) <= 4


def test_the_narration_of_every_scene_is_shown_at_its_place() -> None:
    shown = cues(timeline(spoken("First one.", 2, 0.5), None, spoken("Third one.", 2, 0.25), seconds=10))
    assert [(cue.start, cue.lines) for cue in shown] == [(0.5, ("First one.",)), (20.25, ("Third one.",))]


def test_no_part_of_one_character_stands_alone() -> None:
    for name in ("emoji", "marks"):
        for cue in cues(timeline(spoken(NAMES[name], 30))):
            for line in cue.lines:
                assert line[0] not in "\u200d\ufe0f🏽" and not line.endswith("\u200d"), line
                assert sum("🇦" <= character <= "🇿" for character in line) % 2 == 0


def test_closing_marks_stay_with_their_word() -> None:
    for cue in cues(timeline(spoken(NAMES["chinese"], 60), seconds=70)):
        assert all(line[0] not in "，。" for line in cue.lines)


def test_webvtt_is_escaped_and_whole() -> None:
    text = captions(timeline(spoken("Ana <b>& Co</b> --> 5 > 3.", 3)))
    assert text == (
        "WEBVTT\n\n00:00:00.400 --> 00:00:03.700\nAna &lt;b&gt;&amp; Co&lt;/b&gt; --&gt; 5 &gt; 3.\n"
    )


def test_two_cues_are_parted_by_an_empty_line() -> None:
    assert captions(timeline(spoken("First one.", 2), spoken("Then two.", 2), seconds=3700)) == (
        "WEBVTT\n\n00:00:00.400 --> 00:00:02.700\nFirst one.\n\n01:01:40.400 --> 01:01:42.700\nThen two.\n"
    )


def test_srt_is_numbered() -> None:
    assert srt(timeline(spoken("First one.", 2), spoken("A < B.", 2), seconds=10)) == (
        "1\n00:00:00,400 --> 00:00:02,700\nFirst one.\n\n2\n00:00:10,400 --> 00:00:12,700\nA < B.\n"
    )


def test_no_words_no_cues() -> None:
    assert captions(timeline(None)) == "WEBVTT\n"
    silent = Narration(
        audio_key="a", offset_seconds=0, duration_seconds=1, words=(Word(text=" \n\x00", start=0, end=1),)
    )
    assert cues(timeline(silent)) == []


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_webvtt_is_read_back_as_it_was(text: str) -> None:
    video = timeline(None, spoken(text, 40), seconds=45)
    assert read_webvtt(captions(video)) == cues(video)


def test_other_webvtt_is_read_too() -> None:
    text = "WEBVTT\r\n\r\nNOTE a remark\r\n\r\n1\r\n01:02.500 --> 01:04.000 align:start\r\nA &lt; B\r\n\r\n"
    assert read_webvtt(text) == [Cue(start=62.5, end=64.0, lines=("A < B",))]


def test_a_line_from_right_to_left_that_starts_with_a_latin_name_is_told_so() -> None:
    video = timeline(spoken("Larkspan شركة رائعة جدا.", 4), spoken("Say שלום twice.", 4), seconds=10)
    for written in (captions(video), srt(video)):
        assert "\u200fLarkspan شركة" in written
        assert "\nSay שלום" in written
