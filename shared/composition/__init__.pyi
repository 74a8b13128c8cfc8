from .assembly import ComposedVideo, compose
from .captioning import Cue, captions, cues, srt
from .composer import CompositionResult, Intro, VideoComposer
from .encoding import EncoderSettings, Quality
from .ffmpeg import DiskFull, FfmpegFailed, FfmpegStopped
from .media import UnusableMedia, VideoFacts, probe_video
from .thumbnails import make_thumbnail
from .timeline import Narration, Scene, Timeline

__all__ = [
    "ComposedVideo",
    "CompositionResult",
    "Cue",
    "DiskFull",
    "EncoderSettings",
    "FfmpegFailed",
    "FfmpegStopped",
    "Intro",
    "Narration",
    "Quality",
    "Scene",
    "Timeline",
    "UnusableMedia",
    "VideoComposer",
    "VideoFacts",
    "captions",
    "compose",
    "cues",
    "make_thumbnail",
    "probe_video",
    "srt",
]
