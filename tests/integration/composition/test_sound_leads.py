"""Real voices of several leads: as loud as promised after AAC, and what they have in common encoded once."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from shared.composition.sound import (
    Bed,
    SceneSound,
    audio_config,
    bed_gain,
    cut,
    encode,
    make_sound,
    read_sound,
)
from shared.media.loudness import RATE, measure
from shared.settings import Settings
from shared.voice import VoicePreset, VoiceSynthesizer
from tests.support.sounds import decoded, music

FPS = 30
TEXTS = {
    "en": ("Here is the page where your team begins.", "Answer this message, and we talk."),
    "es": ("Esta es la página donde empieza su equipo.", "Responda a este mensaje y hablamos."),
}  # fmt: skip


async def scenes(folder: Path, language: str, preset: VoicePreset, greeting: str) -> list[SceneSound]:
    synthesizer = VoiceSynthesizer(Settings(leadreel_home=folder))
    made = []
    for text in (greeting, *TEXTS[language]):
        speech = await synthesizer.synthesize(text, preset, folder / "voice.wav", language=language)
        voice = read_sound(folder / "voice.wav", 60)
        seconds = math.ceil((len(voice) / RATE + 0.8) * 2) / 2
        made.append(SceneSound(round(seconds * FPS), voice, 0.4, speech.words))
    return made


@pytest.mark.parametrize("with_bed", [False, True], ids=["voice", "bed"])
@pytest.mark.parametrize(
    ("language", "preset"), [("en", "professional_male"), ("en", "casual_female"), ("es", "technical")]
)
async def test_leads_of_a_campaign(
    tmp_path: Path, language: str, preset: VoicePreset, with_bed: bool
) -> None:
    bed = Bed(music(9.0), bed_gain(music(9.0))) if with_bed else None
    keys, packets = [], []
    for greeting in ("Maria, this is for you.", "Pedro, this is for you."):
        heard = await scenes(tmp_path, language, preset, greeting)
        frames = [scene.frame_count for scene in heard]
        mixed = make_sound(heard, FPS, bed)
        assert mixed.correction_db == 0  # one rendering
        clips = cut(mixed.pcm, frames, FPS)
        encoded = [encode(clip) for clip in clips]
        after = measure(decoded([packet for clip in encoded for packet in clip]))
        assert after.integrated_lufs == pytest.approx(-16, abs=0.5)
        assert after.true_peak_dbtp is not None and after.true_peak_dbtp < -1
        keys.append([clip.key for clip in clips])
        packets.append(encoded)
    assert audio_config().hex() == "119056e500"  # AAC-LC, 48 kHz, stereo, and no SBR
    assert keys[0][0] != keys[1][0]
    assert keys[0][1:] == keys[1][1:] and packets[0][1:] == packets[1][1:]
