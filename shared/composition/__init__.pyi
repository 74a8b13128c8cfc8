from .assembly import ComposedVideo, Composition, compose
from .captioning import Cue, captions, cues, srt
from .composer import CompositionResult, Intro, VideoComposer
from .keeping import make_version
from .options import Branding, Insert, IntroOptions, Styling, Version
from .reserving import NothingRecorded, recorded_by, reserve_composed, reserve_recording
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
    "NothingRecorded",
    "Scene",
    "Styling",
    "Timeline",
    "Version",
    "VideoComposer",
    "captions",
    "compose",
    "cues",
    "make_thumbnail",
    "make_version",
    "recorded_by",
    "reserve_composed",
    "reserve_recording",
    "srt",
    "withdraw_clips",
]
