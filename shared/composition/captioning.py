"""Captions from the moments of the words: WebVTT and SRT.

A cue has one or two lines of at most 42 characters (wide ones count twice), stands for 1 to 6 seconds, and
ends with a sentence or a clause where it can. Any script: where it has no spaces, lines break between its
characters, and never inside what is seen as one character.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from shared.composition.phrases import CLAUSE_END, SENTENCE_END, Phrase, phrases
from shared.composition.timeline import Timeline
from shared.values import Value

LINE_WIDTH = 42
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 6.0
_BREAK_COSTS = {SENTENCE_END: 0.0, CLAUSE_END: 1.0, 0: 3.0}
RIGHT_TO_LEFT = "\u200f"
"""A mark that nobody sees: what stands beside it is written from right to left."""

_MARKS = RIGHT_TO_LEFT + "\u200e"
_LINGER_SECONDS = 0.3
"""How long a cue stays after its last word, if nothing follows."""


class Cue(Value):
    """One or two lines of text, and when they are shown, in seconds from the video's start."""

    start: float
    end: float
    lines: tuple[str, ...]


def captions(timeline: Timeline) -> str:
    """The timeline's words as WebVTT."""
    return webvtt((cue.start, cue.end, cue.lines) for cue in cues(timeline))


def webvtt(blocks: Iterable[tuple[float, float, Sequence[str]]]) -> str:
    """WebVTT of blocks: start and end in seconds, and lines of any text."""
    written = [
        f"{_time(start, '.')} --> {_time(end, '.')}\n{_escaped([_directed(line) for line in lines])}\n"
        for start, end, lines in blocks
    ]
    return "\n".join(["WEBVTT\n", *written])


def read_webvtt(text: str) -> list[Cue]:
    """What `webvtt` wrote, as a player reads it; other WebVTT as far as it has no markup."""
    found = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        lines = block.strip("\n").split("\n")
        at = next((number for number, line in enumerate(lines) if "-->" in line), None)
        if at is None:
            continue
        start, _, end = lines[at].partition("-->")
        shown = tuple(html.unescape(line).strip(_MARKS) for line in lines[at + 1 :])
        found.append(Cue(start=_seconds(start), end=_seconds(end.split()[0]), lines=shown))
    return found


def srt(timeline: Timeline) -> str:
    """The timeline's words as SubRip, which knows no escapes: a `<` is shown as it is by most players."""
    blocks = [
        "\n".join(
            [
                f"{number}",
                f"{_time(cue.start, ',')} --> {_time(cue.end, ',')}",
                *(_directed(line) for line in cue.lines),
                "",
            ]
        )
        for number, cue in enumerate(cues(timeline), 1)
    ]
    return "\n".join(blocks)


def cues(timeline: Timeline) -> list[Cue]:
    """The timeline's words as cues, in order, none overlapping another."""
    groups: list[Sequence[Phrase]] = []
    for scene, first in zip(timeline.scenes, timeline.first_frames(), strict=True):
        if scene.narration is not None:
            heard_from = first / timeline.viewport.fps + scene.narration.offset_seconds
            groups += _groups(phrases(scene.narration.words, heard_from, LINE_WIDTH))
    return _timed(groups, timeline.duration_seconds)


def _groups(words: Sequence[Phrase]) -> list[Sequence[Phrase]]:
    """The phrases of each cue: the cheapest way to cut the text, found by dynamic programming."""
    best: list[tuple[float, int]] = [
        (0.0, 0)
    ]  # for each prefix of the text: its cost, where its last cue starts
    for stop in range(1, len(words) + 1):
        choices = []
        for start in range(stop - 1, -1, -1):
            if _lines(words[start:stop]) is None:
                break
            until = words[stop].start if stop < len(words) else words[-1].end + SHORTEST_SECONDS
            choices.append((best[start][0] + _cost(words[start:stop], until), start))
        best.append(min(choices))
    groups: list[Sequence[Phrase]] = []
    stop = len(words)
    while stop:
        start = best[stop][1]
        groups.insert(0, words[start:stop])
        stop = start
    return groups


def _cost(group: Sequence[Phrase], next_start: float) -> float:
    """How bad a cue is: it ends inside a sentence, bridges sentences or pauses, is too short or too long."""
    inside = sum(phrase.mark == SENTENCE_END for phrase in group[:-1])
    pauses = sum(max(0.0, after.start - before.end - 0.7) for before, after in pairwise(group))
    too_short = max(0.0, SHORTEST_SECONDS - (next_start - group[0].start))
    too_long = max(0.0, group[-1].end - group[0].start - LONGEST_SECONDS)
    return 1 + _BREAK_COSTS[group[-1].mark] + 1.2 * inside + 2 * pauses + 20 * (too_short + too_long)


def _lines(group: Sequence[Phrase]) -> tuple[str, ...] | None:
    """One line, or two of like width, the first ending at a clause if it can; None if two are too few."""
    widths = [0, *accumulate(phrase.width + phrase.space for phrase in group)]
    if widths[-1] - group[0].space <= LINE_WIDTH:
        return (_text(group),)
    best: tuple[float, int] | None = None
    for cut in range(1, len(group)):
        first = widths[cut] - group[0].space
        second = widths[-1] - widths[cut] - group[cut].space
        if max(first, second) <= LINE_WIDTH:
            unlike = abs(first - second) + 5 * _BREAK_COSTS[group[cut - 1].mark]
            best = min(best or (unlike, cut), (unlike, cut))
    return best and (_text(group[: best[1]]), _text(group[best[1] :]))


def _text(group: Sequence[Phrase]) -> str:
    return "".join(" " * phrase.space + phrase.text for phrase in group).strip()


def _timed(groups: Sequence[Sequence[Phrase]], seconds: float) -> list[Cue]:
    result: list[Cue] = []
    free_from = 0.0
    for position, group in enumerate(groups):
        next_start = groups[position + 1][0].start if position + 1 < len(groups) else seconds
        start = max(group[0].start, free_from)
        end = min(group[-1].end + _LINGER_SECONDS, start + LONGEST_SECONDS, next_start)
        end = min(max(end, start + SHORTEST_SECONDS), seconds)
        lines = _lines(group)
        if lines is not None and end > start:
            result.append(Cue(start=round(start, 3), end=round(end, 3), lines=lines))
            free_from = end
    return result


def _directed(line: str) -> str:
    """A line that is mostly written from right to left, but starts with a name in Latin letters, is told so.

    A player takes a line's direction from its first letter, and would put the end of this one in front.
    """
    ways = [unicodedata.bidirectional(character) for character in line]
    strong = [way for way in ways if way in {"L", "R", "AL"}]
    leftwards = sum(way != "L" for way in strong)
    return RIGHT_TO_LEFT + line if strong[:1] == ["L"] and leftwards > len(strong) / 2 else line


def _escaped(lines: Sequence[str]) -> str:
    """`-->` can't stand in a cue either; without its `>` it is harmless."""
    return "\n".join(line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in lines)


def _time(seconds: float, point: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"


def _seconds(time: str) -> float:
    hours, minutes, seconds = (["0", *time.strip().split(":")])[-3:]
    return round(int(hours) * 3600 + int(minutes) * 60 + float(seconds), 3)
