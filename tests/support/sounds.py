"""Sounds that tests make: voices at the loudness of real ones, music with drums, and AAC decoded again."""

from __future__ import annotations

from collections.abc import Sequence

import av
import numpy as np

from shared.composition.sound import SceneSound, audio_config
from shared.media.loudness import RATE, Sound, measure
from shared.voice import Word
from tests.support.recorded_scenes import speech


def voice(seconds: float, lufs: float = -18.0) -> Sound:
    """Mono, with 50 ms of quiet at both ends, as pieces of speech come."""
    sound = speech(seconds).astype(np.float32)[:, np.newaxis]
    sound[: RATE // 20] = sound[-RATE // 20 :] = 0
    found = measure(np.repeat(sound, 2, axis=1)).integrated_lufs
    assert found is not None
    return np.asarray(sound * np.float32(10 ** ((lufs - found) / 20)))


def spoken_scene(seconds: float, fps: int = 30, quiet: float = 0.4) -> SceneSound:
    """A voice with `quiet` seconds before and after it."""
    length = seconds - 2 * quiet
    words = (Word(text="all", start=0.05, end=length - 0.05),)
    return SceneSound(round(seconds * fps), voice(length), quiet, words)


def music(seconds: float, peak: float = 0.6) -> Sound:
    """Stereo: plucked chords and a hi-hat, two beats a second."""
    sound = np.zeros((round(seconds * RATE), 2))
    random = np.random.default_rng(7)
    for number, start in enumerate(range(0, len(sound), RATE // 2)):
        at = np.arange(min(RATE, len(sound) - start)) / RATE
        for part, tone in enumerate((220.0, 261.6, 329.6, 392.0)):
            note = np.sin(2 * np.pi * tone * (1 + number % 3 / 4) * at) * np.exp(-3 * at)
            sound[start : start + len(at)] += note[:, np.newaxis] * (part + 1, 4 - part)
        sound[start : start + len(at)] += (
            random.standard_normal((len(at), 2)) * np.exp(-80 * at)[:, np.newaxis]
        )
    return np.asarray(sound / np.abs(sound).max() * peak, np.float32)


def decoded(packets: Sequence[bytes]) -> Sound:
    decoder = av.CodecContext.create("aac", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.extradata = audio_config()
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet))]
    return np.concatenate([frame.to_ndarray().T for frame in [*frames, *decoder.decode(None)]])
