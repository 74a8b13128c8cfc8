"""`leadreel voices`: the voices there are to choose from, and whether each preset's is one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

from shared.costs import open_file_ledger
from shared.errors import Permanent
from shared.settings import Settings
from shared.voice import VoicePreset
from shared.voice.elevenlabs import UnknownVoice
from shared.voice.opening import open_voice
from shared.voice.port import Persona, Voice


@dataclass(frozen=True)
class PresetVoice:
    """Who speaks for a preset.

    voice_id: None when only a name is set, and no voice has it. name: the voice's, or the one that is set.
    setting: the variable that says who speaks.
    """

    preset: VoicePreset
    voice_id: str | None
    name: str | None
    known: bool
    setting: str


@dataclass(frozen=True)
class Casting:
    """All voices, and the five presets' among them."""

    voices: Sequence[Persona]
    presets: Sequence[PresetVoice]


async def cast_presets(settings: Settings) -> Casting:
    """Ask the adapter that the settings choose. Raises Permanent, RateLimited or Retryable."""
    voice = open_voice(settings, open_file_ledger(settings))
    try:
        voices = await voice.voices()
    except UnicodeEncodeError:  # its text has a part of the key
        raise Permanent("ELEVENLABS_API_KEY has a character that can't be sent, and no key has") from None
    listed = {one.voice_id: one for one in voices}
    presets: tuple[VoicePreset, ...] = get_args(VoicePreset)
    casting = (_cast(voice, preset, listed, settings) for preset in presets)
    return Casting(voices, await asyncio.gather(*casting))


async def _cast(
    voice: Voice, preset: VoicePreset, listed: Mapping[str, Persona], settings: Settings
) -> PresetVoice:
    setting = _setting(preset, settings)
    try:
        persona = await voice.cast(preset, "en")
    except UnknownVoice:
        return PresetVoice(preset, None, settings.elevenlabs_voice_name, False, setting)
    found = listed.get(persona.voice_id) or await voice.find(persona.voice_id)
    name = found.voice_name if found else None
    return PresetVoice(preset, persona.voice_id, name, found is not None, setting)


def _setting(preset: VoicePreset, settings: Settings) -> str:
    """The variable by which ElevenLabs' adapter casts."""
    own = f"voice_{preset}"
    for name in (own, "elevenlabs_voice_id", "elevenlabs_voice_name"):
        if name in settings.model_fields_set and getattr(settings, name):
            return name.upper()
    return own.upper()


async def show_voices(settings: Settings, *, as_json: bool) -> int:
    """Print them. Returns 0 if every preset's voice is known, else 1."""
    casting = await cast_presets(settings)
    print(json.dumps(_summary(casting), ensure_ascii=False) if as_json else table(casting))
    return 0 if all(one.known for one in casting.presets) else 1


def _summary(casting: Casting) -> dict[str, Any]:
    presets = [asdict(one) for one in casting.presets]
    return {
        "voices": [{"voice_id": one.voice_id, "name": one.voice_name} for one in casting.voices],
        "presets": [{name: one[name] for name in ("preset", "voice_id", "name", "known")} for one in presets],
    }


def table(casting: Casting) -> str:
    """The voices, and below them the presets, with the cure in the line of one that is unknown."""
    width = max((len(one.voice_id) for one in casting.voices), default=0) + 2
    voices = [f"  {one.voice_id:<{width}}{_line(one.voice_name)}" for one in casting.voices]
    return "\n".join(["voices:", *(voices or ["  none"]), "presets:", *map(_preset_line, casting.presets)])


def _preset_line(one: PresetVoice) -> str:
    who = f"{one.preset:<21}{_line(one.name or one.voice_id or '')}"
    if one.known:
        return f"  ok       {who}"
    wanted = "name" if one.voice_id is None else "id"
    return f"  unknown  {who}: set {one.setting} to the {wanted} of a voice above"


def _line(name: str) -> str:
    return " ".join(name.split())
