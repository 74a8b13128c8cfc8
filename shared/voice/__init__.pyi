from .port import AudioFormat, VoicePreset, VoiceSettings
from .reserving import reserve_voiceover
from .speech import Speech, Word
from .synthesizer import VoiceSynthesizer

__all__ = [
    "AudioFormat",
    "Speech",
    "VoicePreset",
    "VoiceSettings",
    "VoiceSynthesizer",
    "Word",
    "reserve_voiceover",
]
