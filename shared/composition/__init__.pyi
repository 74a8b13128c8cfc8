from .assembly import ComposedVideo, compose
from .captioning import Cue, captions, cues, srt
from .composer import CompositionResult, Intro, VideoComposer
from .encoding import EncoderSettings, Quality
from .thumbnails import make_thumbnail
from .timeline import Narration, Scene, Timeline

__all__ = [
    "ComposedVideo",
    "CompositionResult",
    "Cue",
    "EncoderSettings",
    "Intro",
    "Narration",
    "Quality",
    "Scene",
    "Timeline",
    "VideoComposer",
    "captions",
    "compose",
    "cues",
    "make_thumbnail",
    "srt",
]
