"""Composition: scenes and a voice become a video with captions and a thumbnail."""

from shared.composition.assembly import ComposedVideo, compose
from shared.composition.captioning import Cue, captions, cues, srt
from shared.composition.composer import CompositionResult, Intro, VideoComposer
from shared.composition.encoding import EncoderSettings, Quality
from shared.composition.ffmpeg import DiskFull, FfmpegFailed, FfmpegStopped
from shared.composition.media import UnusableMedia, VideoFacts, probe_video
from shared.composition.thumbnails import make_thumbnail
from shared.composition.timeline import Narration, Scene, Timeline

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
