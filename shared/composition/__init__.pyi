from .assembly import ComposedVideo, Composition, compose
from .captioning import Cue, captions, cues, srt
from .composer import CompositionResult, Intro, VideoComposer
from .keeping import make_version
from .options import Branding, Insert, IntroOptions, Styling
from .thumbnails import make_thumbnail
from .timeline import Narration, Scene, Timeline
from .withdrawing import withdraw_clips

__all__ = [
    "Branding",
    "ComposedVideo",
    "Composition",
    "CompositionResult",
    "Cue",
    "Insert",
    "Intro",
    "IntroOptions",
    "Narration",
    "Scene",
    "Styling",
    "Timeline",
    "VideoComposer",
    "captions",
    "compose",
    "cues",
    "make_thumbnail",
    "make_version",
    "srt",
    "withdraw_clips",
]
