"""Voice: a script is spoken, with the moment of every word."""

from shared.voice.port import VoicePreset, VoiceSettings
from shared.voice.speech import Speech, Word
from shared.voice.synthesizer import VoiceSynthesizer

__all__ = ["Speech", "VoicePreset", "VoiceSettings", "VoiceSynthesizer", "Word"]
