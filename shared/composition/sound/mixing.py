"""A video's sound from its scenes: voices, a bed of music under them, and one gain that nearly all share.

Voices come at one loudness, so a fixed gain brings a video to the target, and a scene sounds alike in every
video that shows it. What shapes a sample is near it, but for the corrections of half a dB that few need.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from shared.composition.sound.ducking import Ducking, Span
from shared.composition.sound.levelling import CEILING_DBTP, TARGET_LUFS
from shared.composition.sound.limiting import BLOCK, REACH, limit
from shared.composition.sound.music import Bed, bed_part
from shared.composition.sound.samples import add_part, silence
from shared.media.loudness import RATE, Sound, integrated_lufs
from shared.voice import Word

Pcm = NDArray[np.int16]
"""48 kHz, shape (samples, 2)."""

VOICE_LUFS = -18.0  # of every voice that comes here: what `shared.voice` makes of each piece
VOICE_GAIN_DB = TARGET_LUFS - VOICE_LUFS + 0.15  # which is what pauses and the limiter take
OFF_LU = 0.35  # less than this is left alone
STEP_DB = 0.5  # so that videos that are corrected at all are mostly corrected alike

_MOST_ROUNDS = 6
_PART = 15_000 * BLOCK  # 10 s are worked on at a time
_REACH = -(-REACH // BLOCK) * BLOCK


@dataclass(frozen=True, eq=False)
class SceneSound:
    """What is heard from a scene on.

    voice: 48 kHz float32 of shape (samples, 1 or 2), at VOICE_LUFS; it may last into later scenes.
    offset_seconds: from the scene's start to the voice's. words: relative to the voice's start; without any,
    all of it counts as speech.
    """

    frame_count: int
    voice: Sound | None = None
    offset_seconds: float = 0.0
    words: Sequence[Word] = ()


@dataclass(frozen=True, eq=False)
class Mixed:
    """loudness_lufs: integrated; None for silence. correction_db: what was added to the gain that all videos
    have; mostly 0."""

    pcm: Pcm
    loudness_lufs: float | None
    correction_db: float


@dataclass(frozen=True, eq=False)
class SoundPlan:
    """Where everything is: voices by their first samples. length: samples of the whole."""

    voices: tuple[tuple[int, Sound], ...]
    ducking: Ducking
    bed: Bed | None
    length: int


def plan_sound(scenes: Sequence[SceneSound], fps: int, bed: Bed | None = None) -> SoundPlan:
    edges = scene_samples([scene.frame_count for scene in scenes], fps)
    voices: list[tuple[int, Sound]] = []
    speech: list[Span] = []
    for scene, start in zip(scenes, edges[:-1], strict=True):
        if scene.voice is not None:
            at = start + round(scene.offset_seconds * RATE)
            voices.append((at, scene.voice))
            speech += _spans(scene, at, edges[-1])
    return SoundPlan(tuple(voices), Ducking(speech, edges[1:-1]), bed, edges[-1])


def scene_samples(frame_counts: Sequence[int], fps: int) -> list[int]:
    """The first sample of each scene, and the length of the whole, each rounded up."""
    return [-(-frames * RATE // fps) for frames in accumulate(frame_counts, initial=0)]


def make_sound(scenes: Sequence[SceneSound], fps: int, bed: Bed | None = None) -> Mixed:
    """The sound of the whole video: TARGET_LUFS within half a LU, true peaks under CEILING_DBTP."""
    plan = plan_sound(scenes, fps, bed)
    correction = 0.0
    for _ in range(_MOST_ROUNDS):
        pcm = render(plan, correction)
        found = integrated_lufs(pcm)
        off = 0.0 if found is None else TARGET_LUFS - found
        if abs(off) <= OFF_LU:
            break
        correction += round(off / STEP_DB) * STEP_DB
    return Mixed(pcm, found, correction)


def render(plan: SoundPlan, correction_db: float = 0.0) -> Pcm:
    """All samples, 10 s at a time."""
    pcm = np.zeros((plan.length, 2), np.int16)
    for start in range(0, plan.length, _PART):
        end = min(start + _PART, plan.length)
        before, after = max(0, start - _REACH), min(plan.length, end + _REACH)
        limited = limit(_mixed(plan, before, after, correction_db), CEILING_DBTP)
        pcm[start:end] = np.rint(limited[start - before : end - before] * 32767)
    return pcm


def _mixed(plan: SoundPlan, start: int, end: int, correction_db: float) -> Sound:
    mix = silence(end - start)
    for at, voice in plan.voices:
        add_part(mix, start, voice, at)
    mix *= _factor(VOICE_GAIN_DB + correction_db)
    if plan.bed is not None:
        mix += bed_part(plan.bed, plan.ducking, start, end, plan.length) * _factor(correction_db)
    return mix


def _spans(scene: SceneSound, at: int, length: int) -> list[Span]:
    assert scene.voice is not None  # the caller looked
    spans = [(at + round(word.start * RATE), at + round(word.end * RATE)) for word in scene.words]
    spans = spans or [(at, at + len(scene.voice))]
    return [(start, min(end, length)) for start, end in spans if start < length]


def _factor(decibels: float) -> np.float32:
    return np.float32(math.pow(10, decibels / 20))
