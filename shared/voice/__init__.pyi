from .port import VoicePreset, VoiceSettings
from .speech import Speech, Word
from .synthesizer import VoiceSynthesizer

__all__ = ["Speech", "VoicePreset", "VoiceSettings", "VoiceSynthesizer", "Word"]
