"""The sound of a video: mixed from voices and music, levelled, and encoded scene by scene."""

from shared.composition.sound.aac import PACKET, SoundClip, audio_config, cut, encode
from shared.composition.sound.levelling import level
from shared.composition.sound.mixing import VOICE_LUFS, Mixed, Pcm, SceneSound, make_sound
from shared.composition.sound.music import Bed, bed_gain
from shared.composition.sound.samples import add, read_sound, silence, write_wav

__all__ = [
    "PACKET",
    "VOICE_LUFS",
    "Bed",
    "Mixed",
    "Pcm",
    "SceneSound",
    "SoundClip",
    "add",
    "audio_config",
    "bed_gain",
    "cut",
    "encode",
    "level",
    "make_sound",
    "read_sound",
    "silence",
    "write_wav",
]
