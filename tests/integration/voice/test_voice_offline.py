"""The offline voice, really speaking: heard with figures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import espeakng_loader
import numpy as np
import pytest

from shared.errors import Permanent
from shared.scripting import ScriptGenerator
from shared.scripting.pace import spoken_seconds
from shared.settings import Settings
from shared.voice import Speech, VoicePreset, VoiceSynthesizer
from shared.voice.espeak import Espeak, EspeakFailed, Manner
from shared.voice.sound import RATE, wav_samples

PRESETS: tuple[VoicePreset, ...] = get_args(VoicePreset)
TEXT = (
    "Hello Ana, here's a brief look at one page. Notice how it's arranged: the essentials come first, "
    "and the details follow. If this is relevant, simply reply and we'll find a time to talk."
)
AWKWARD = (
    "Hi Zoë Müller-Ångström, hello there.",
    "Hi 🚀 Ana🚀, it's a rocket 👩‍🚀.",
    "Hi 王伟, here is 北京科技有限公司 now.",
    "Hi محمد علي, here is شركة النور today.",
    "Привет Иван, hello שלום and γειά, こんにちは and 안녕.",
    "It's 24/7, 3.5% of $400 on 12/05/2024 — done… well, one of the (best) R&D teams at A&B!",
    "Robert \"Bob\" O'Neil's 100% <b>bold</b> {plan} \\n %s a_b | c.",
    "One of the things, such as it is, of a kind, in the end, at all.",
    "Supercalifragilisticexpialidocious" * 8 + " it is.",
    "A B C I a I a.",
    "Acme Inc. and Yahoo! are there. Dr. Silva, e.g., agrees.",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(leadreel_home=tmp_path, elevenlabs_api_key=None, aws_s3_bucket=None, _env_file=None)


@pytest.fixture
def synthesizer(settings: Settings) -> Iterator[VoiceSynthesizer]:
    yield VoiceSynthesizer(settings)


def heard(speech: Speech) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return wav_samples(speech.audio_file_path.read_bytes()).astype(np.float64) / 32768


def decibels(value: float) -> float:
    return float(20 * np.log10(max(value, 1e-9)))


def frames_rms(
    sound: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """RMS of every 20 ms."""
    size = RATE // 50
    whole = sound[: sound.size // size * size].reshape(-1, size)
    return np.asarray(np.sqrt((whole**2).mean(axis=1)))


@pytest.mark.parametrize("preset", PRESETS)
async def test_every_preset_speaks_at_a_presenters_pace_and_a_sane_level(
    synthesizer: VoiceSynthesizer, preset: VoicePreset
) -> None:
    speech = await synthesizer.synthesize(text=TEXT, voice_preset=preset)
    sound = heard(speech)
    levels = frames_rms(sound)
    speaking = levels[levels > 0.005]
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    centroid = (spectrum * np.fft.rfftfreq(sound.size, 1 / RATE)).sum() / spectrum.sum()
    assert speech.duration_seconds == pytest.approx(sound.size / RATE)
    assert 2.2 <= len(TEXT.split()) / speech.duration_seconds <= 2.9
    assert -22 <= decibels(float(np.sqrt((speaking**2).mean()))) <= -18
    assert decibels(float(np.abs(sound).max())) <= -0.9
    assert 0.02 <= (levels <= 0.005).mean() <= 0.35
    assert 350 <= centroid <= 1600
    assert np.abs(sound[: int(0.045 * RATE)]).max() < 0.005
    assert np.abs(sound[: int(0.12 * RATE)]).max() > 0.005


@pytest.mark.parametrize("text", [TEXT, *AWKWARD])
async def test_words_are_the_texts_and_their_times_follow_each_other(
    synthesizer: VoiceSynthesizer, text: str
) -> None:
    for preset in PRESETS[:2]:
        speech = await synthesizer.synthesize(text=text, voice_preset=preset)
        assert [word.text for word in speech.words] == text.split()
        now = 0.0
        for word in speech.words:
            assert now <= word.start <= word.end <= speech.duration_seconds + 1e-6
            now = word.end
        assert speech.words[0].start < 0.2
        assert speech.words[-1].end > speech.duration_seconds - 0.3


async def test_a_word_is_heard_at_its_time(synthesizer: VoiceSynthesizer) -> None:
    speech = await synthesizer.synthesize(text="One. Two. Three. Four.")
    sound = heard(speech)
    for word in speech.words:
        middle = slice(int(word.start * RATE), int(word.end * RATE))
        assert 0.1 < word.end - word.start < 1
        assert np.abs(sound[middle]).max() > 0.05
    for one, other in zip(speech.words, speech.words[1:], strict=False):
        assert other.start - one.end > 0.15
        pause = slice(int((one.end + 0.02) * RATE), int((other.start - 0.02) * RATE))
        assert np.abs(sound[pause]).max() < 0.02


async def test_the_same_text_sounds_the_same(settings: Settings, tmp_path: Path) -> None:
    """Also when other things were said in between, by several at once."""
    synthesizer = VoiceSynthesizer(settings, enable_cache=False)
    first = await synthesizer.synthesize(text=TEXT, output_path=tmp_path / "first.wav")
    others = [
        synthesizer.synthesize(text=f"{text} {TEXT}", voice_preset=preset)
        for text, preset in zip(AWKWARD, PRESETS * 3, strict=False)
    ]
    again = synthesizer.synthesize(text=TEXT, output_path=tmp_path / "again.wav")
    await asyncio.gather(*others, again)
    assert (tmp_path / "first.wav").read_bytes() == (tmp_path / "again.wav").read_bytes()
    assert first.words == (await synthesizer.synthesize(text=TEXT)).words


async def test_presets_sound_different(synthesizer: VoiceSynthesizer) -> None:
    speeches = [await synthesizer.synthesize(text=TEXT, voice_preset=preset) for preset in PRESETS]
    assert len({speech.audio_file_path.read_bytes() for speech in speeches}) == len(PRESETS)
    assert len({speech.content_hash for speech in speeches}) == len(PRESETS)


async def test_it_speaks_much_faster_than_real_time(settings: Settings) -> None:
    synthesizer = VoiceSynthesizer(settings, enable_cache=False)
    await synthesizer.synthesize(text="warm up")
    began = time.perf_counter()
    speech = await synthesizer.synthesize(text=f"{TEXT} " * 5)
    assert speech.duration_seconds / (time.perf_counter() - began) > 10


@pytest.mark.parametrize("language", ["en", "es"])
async def test_what_is_written_fits_its_time(
    synthesizer: VoiceSynthesizer, settings: Settings, language: str
) -> None:
    generator = ScriptGenerator(settings.model_copy(update={"openrouter_api_key": None}))
    lead = {"name": "Ana Silva", "company": "Acme"}
    shares: list[float] = []
    misjudged: list[float] = []
    for style, preset in zip(("professional", "casual", "technical", "friendly"), PRESETS, strict=False):
        for duration in (15, 30, 60, 120):
            script = await generator.generate_script(lead, style, duration, language=language)
            speeches = await synthesizer.synthesize_sections(script, preset)
            for speech, section in zip(speeches, script.sections, strict=True):
                shares.append(speech.duration_seconds / section.duration_seconds)
                misjudged.append(spoken_seconds(section.content, language) / speech.duration_seconds - 1)
    assert max(shares) <= 1.0
    assert min(shares) >= 0.65
    assert np.mean([share >= 0.75 for share in shares]) >= 0.9
    assert np.sqrt(np.mean(np.square(misjudged))) <= 0.08


async def test_a_text_without_words_is_refused(synthesizer: VoiceSynthesizer) -> None:
    for text in ("", " \n", "🚀 …", "()"):
        with pytest.raises(Permanent, match="no word that can be spoken"):
            await synthesizer.synthesize(text=text)


async def test_an_unknown_preset_is_refused_with_those_there_are(synthesizer: VoiceSynthesizer) -> None:
    with pytest.raises(Permanent, match="voice_preset: 'robot' is none of professional_male"):
        await synthesizer.synthesize(text="Hi.", voice_preset="robot")


def test_a_broken_installation_says_what_is_missing(tmp_path: Path) -> None:
    library, data = espeakng_loader.get_library_path(), espeakng_loader.get_data_path()
    manner = Manner("en-us+m3", 132)
    with pytest.raises(EspeakFailed, match="library can't be loaded"):
        Espeak(str(tmp_path / "none.so"), data).speak("Hi.", manner)
    with pytest.raises(EspeakFailed, match=r"finds no data in .*nowhere"):
        Espeak(library, str(tmp_path / "nowhere")).speak("Hi.", manner)
    with pytest.raises(EspeakFailed, match="xx-nowhere does not exist"):
        Espeak(library, data).speak("Hi.", Manner("xx-nowhere", 132))
    assert Espeak(library, data).speak("Hi.", manner).samples.size > 1000
