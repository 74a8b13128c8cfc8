"""Make a shot's clips: fetch its frames, encode them once for each level, judge what came out, keep it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from shared.encoding.clips import ClipFacts, ClipStore
from shared.encoding.footage import Footage, Span, fetch_footage
from shared.encoding.levels import OnFrames, Scaler, check_clip, encode_levels
from shared.encoding.shot import Shot
from shared.media.ffmpeg import disk_errors
from shared.media.presets import EncoderSettings, Level
from shared.media.vmaf import Scores, vmaf
from shared.storage import Storage

MOST_SAMPLES = 24
"""Pictures of a clip that are held against what was encoded."""


def make_clips(
    prefix: str,
    shot: Shot,
    levels: Sequence[Level],
    encoder: EncoderSettings,
    storage: Storage,
    store: ClipStore,
    folder: Path,
    on_frames: OnFrames = lambda frames: None,
) -> list[Path]:
    """Encode a shot at these levels and keep the clips under `prefix`. Returns their files, in `folder`.

    A clip is kept once it is whole and measured; nobody ever finds a part of one.

    Raises NotStored, UnusableMedia, FfmpegFailed, FfmpegStopped, DiskFull.
    """
    with disk_errors():
        footage = fetch_footage(storage, shot, folder)
        spans = footage.spans(encoder.keyframe_seconds * shot.fps)
        clips = [(level, folder / f"{level.name}.mp4") for level in levels]
        encode_levels(footage, spans, clips, encoder, on_frames)
        for level, clip in clips:
            check_clip(clip, level, shot.frame_count)
            store.keep(prefix, level, clip, _facts(footage, spans, level, clip))
    return [clip for _, clip in clips]


def _facts(footage: Footage, spans: Sequence[Span], level: Level, clip: Path) -> ClipFacts:
    started = time.monotonic()
    scores = judge(footage, spans, level, clip)
    return ClipFacts(
        size_bytes=clip.stat().st_size,
        vmaf=scores.mean,
        vmaf_low=scores.low,
        vmaf_seconds=round(time.monotonic() - started, 3),
        still=tuple((span.first, span.first + span.frames) for span in spans if span.frames > footage.shot.fps),
    )


def judge(footage: Footage, spans: Sequence[Span], level: Level, clip: Path) -> Scores:
    """How like a clip's pictures are to those that were encoded, at the level's size.

    Repeated frames are copies, so one of each span is looked at, and of many spans every so many.
    """
    every = -(-len(spans) // MOST_SAMPLES)
    sample = list(spans[::every])
    scale = Scaler(level)
    pictures = (scale(picture) for picture in footage.pictures(sample))
    return vmaf(pictures, clip, level.width, level.height, [span.first for span in sample])
