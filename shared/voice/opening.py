"""Choose the voice by the settings."""

from __future__ import annotations

from shared.costs import Ledger, read_prices
from shared.settings import Settings
from shared.voice.elevenlabs import ElevenLabsVoice
from shared.voice.offline import OfflineVoice
from shared.voice.port import Voice


def open_voice(settings: Settings, ledger: Ledger) -> Voice:
    """ElevenLabs if ELEVENLABS_API_KEY is set, else the offline voice."""
    if settings.elevenlabs_api_key is None:
        return OfflineVoice()
    return ElevenLabsVoice(settings, ledger, read_prices())
