"""Whether words are there to be read: what is said, in the captions; a name, on the cards."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from shared.composition.captioning import Cue, read_webvtt
from shared.composition.limits import CAPTION_LAG_SECONDS
from shared.composition.timeline import Timeline

_LOOK_AHEAD = 200  # characters in which the next word is looked for when one is missing


def is_shown(words: str, shown: str) -> bool:
    """Whether the words are in the text, whatever its case, spaces and compatible forms of letters."""
    return _plain(words) in _plain(shown)


def captioned_share(timeline: Timeline, captions: str) -> float:
    """The share of the spoken words that are in a cue of the WebVTT while they are heard; 1 if none are."""
    text: list[str] = []
    standing: list[Cue] = []
    for cue in read_webvtt(captions):
        bare = _bare("".join(cue.lines))
        text += bare
        standing += [cue] * len(bare)
    written = "".join(text)
    spoken = covered = at = 0
    for word, heard_at in _heard(timeline):
        spoken += 1
        found = written.find(word, at, at + len(word) + _LOOK_AHEAD)
        if found < 0:
            continue
        at = found + len(word)
        cues = standing[found:at]
        early, late = cues[0].start - CAPTION_LAG_SECONDS, cues[-1].end + CAPTION_LAG_SECONDS
        covered += early <= heard_at <= late
    return covered / spoken if spoken else 1.0


def _heard(timeline: Timeline) -> Iterator[tuple[str, float]]:
    """Each word that has something to be read, and the middle of the time in which it is heard."""
    for scene, first in zip(timeline.scenes, timeline.first_frames(), strict=True):
        if scene.narration is None:
            continue
        heard_from = first / timeline.viewport.fps + scene.narration.offset_seconds
        for word in scene.narration.words:
            bare = _bare(word.text)
            if bare:
                yield bare, heard_from + (word.start + word.end) / 2


def _bare(text: str) -> str:
    """Without white space, and without the marks that direct text and are not seen."""
    return "".join(
        character
        for character in text
        if not character.isspace() and unicodedata.category(character) not in {"Cc", "Cf"}
    )


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
