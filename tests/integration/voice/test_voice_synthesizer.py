"""The synthesizer with the offline voice: what it keeps, joins and writes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import av
import numpy as np
import pytest

from shared.scripting import ScriptGenerator
from shared.settings import Settings
from shared.storage import FileStorage
from shared.voice import VoiceSynthesizer
from shared.voice.sound import RATE, wav_samples
from shared.voice.synthesizer import PAUSE_SECONDS

TEXT = "Hello Ana, here's a brief look at one page."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        leadreel_home=tmp_path,
        elevenlabs_api_key=None,
        openrouter_api_key=None,
        aws_s3_bucket=None,
        voiceover_storage_path=None,
        _env_file=None,
    )


async def test_speech_is_kept_under_the_workspace(settings: Settings) -> None:
    storage = FileStorage(settings.storage_path)
    synthesizer = VoiceSynthesizer(settings, storage=storage, workspace="7")
    speech = await synthesizer.synthesize(text=TEXT)
    key = synthesizer.audio_key(speech)
    assert key == f"voices/7/{speech.content_hash}.wav"
    assert storage.get(key) == speech.audio_file_path.read_bytes()
    assert list(storage.keys("voices/")) == [key.replace(".wav", ".json"), key]
    assert speech.audio_file_path == settings.leadreel_home / "voiceovers" / f"{speech.content_hash}.wav"
    assert (speech.cost_usd, speech.characters_processed) == (Decimal(0), len(TEXT))
    assert speech.model.startswith("espeak-ng-1.")


async def test_what_was_said_before_is_a_hit(settings: Settings) -> None:
    first = await VoiceSynthesizer(settings).synthesize(text=TEXT)
    again = await VoiceSynthesizer(settings).synthesize(text=f"  {TEXT}\n")
    assert (first.cache_hit, again.cache_hit) == (False, True)
    assert again.model_copy(update={"cache_hit": False}) == first
    for other in (
        await VoiceSynthesizer(settings, enable_cache=False).synthesize(text=TEXT),
        await VoiceSynthesizer(settings.model_copy(update={"voiceover_cache_enabled": False})).synthesize(
            text=TEXT
        ),
        await VoiceSynthesizer(settings.model_copy(update={"voiceover_cache_ttl_days": 0})).synthesize(
            text=TEXT
        ),
        await VoiceSynthesizer(settings, workspace="8").synthesize(text=TEXT),
        await VoiceSynthesizer(settings).synthesize(text=TEXT, voice_preset="technical"),
        await VoiceSynthesizer(settings).synthesize(text=TEXT, voice_settings={"stability": 0.4}),
        await VoiceSynthesizer(settings).synthesize(text=TEXT.replace("Ana", "Ben")),
    ):
        assert not other.cache_hit


@pytest.mark.parametrize("spoil", [b"", b"RIFF", b"no wav at all, but long enough to look like one: " * 4])
async def test_a_spoiled_object_is_spoken_again(settings: Settings, spoil: bytes) -> None:
    synthesizer = VoiceSynthesizer(settings)
    first = await synthesizer.synthesize(text=TEXT)
    FileStorage(settings.storage_path).put(synthesizer.audio_key(first), spoil)
    again = await synthesizer.synthesize(text=TEXT)
    assert not again.cache_hit
    assert (
        FileStorage(settings.storage_path).get(synthesizer.audio_key(first))
        == again.audio_file_path.read_bytes()
    )


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".ogg"])
async def test_the_format_is_the_paths(settings: Settings, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "out" / f"ana{suffix}"
    speech = await VoiceSynthesizer(settings).synthesize(text=TEXT, output_path=path)
    assert speech.audio_file_path == path
    with av.open(str(path)) as container:
        heard = sum(frame.samples for frame in container.decode(audio=0)) / RATE
    assert heard == pytest.approx(speech.duration_seconds, abs=0.06)


async def test_a_script_is_spoken_in_sections_and_as_one(settings: Settings, tmp_path: Path) -> None:
    lead = {"name": "王伟 🚀", "company": 'Acme "X"'}
    script = await ScriptGenerator(settings).generate_script(lead, "friendly", 30)
    synthesizer = VoiceSynthesizer(settings)
    sections = await synthesizer.synthesize_sections(script, "casual_female")
    assert [" ".join(word.text for word in speech.words) for speech in sections] == [
        section.content for section in script.sections
    ]
    whole = await synthesizer.synthesize_from_script(
        script=script, voice_preset="casual_female", output_path=tmp_path / "whole.wav"
    )
    spoken = sum(speech.duration_seconds for speech in sections)
    assert whole.duration_seconds == pytest.approx(spoken + PAUSE_SECONDS * (len(sections) - 1), abs=0.001)
    assert [word.text for word in whole.words] == [word.text for speech in sections for word in speech.words]
    starts = [word.start for word in whole.words]
    assert starts == sorted(starts)
    sound = wav_samples((tmp_path / "whole.wav").read_bytes()).astype(int)
    storage = FileStorage(settings.storage_path)
    parts = [wav_samples(storage.get(synthesizer.audio_key(one))).astype(int) for one in sections]
    own = max(int(np.abs(np.diff(part)).max()) for part in parts)
    assert np.abs(np.diff(sound)).max() <= own  # no click at a joint
    assert storage.exists(synthesizer.audio_key(whole))


async def test_a_script_may_come_as_a_dict(settings: Settings) -> None:
    script = await ScriptGenerator(settings).generate_script({"name": "Ana"}, duration=10)
    plain = script.model_dump(mode="json")
    assert len(await VoiceSynthesizer(settings).synthesize_sections(plain)) == len(script.sections)
