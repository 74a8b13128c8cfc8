"""Make a shot's clips: fetch its frames, encode them once for each level, judge what came out, keep it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from av import VideoFrame

from shared.encoding.clips import ClipFacts, ClipStore
from shared.encoding.footage import Footage, Span, fetch_footage
from shared.encoding.levels import OnFrames, Scaler, bare_of, encode_levels
from shared.encoding.shot import Shot
from shared.media.ffmpeg import disk_errors
from shared.media.limits import is_good
from shared.media.presets import EncoderSettings, Level, ladder
from shared.media.stretches import Stretch, Stretches, Tones, tones_of, watch, watch_bare
from shared.storage import Storage

FINER_STEPS, FINER_CRF = 3, 3
"""How often, and by how much, a clip that came out too coarse is encoded finer."""
_LOOKED_AT_LINES = 480


def make_clips(
    prefix: str,
    shot: Shot,
    levels: Sequence[Level],
    encoder: EncoderSettings,
    storage: Storage,
    folder: Path,
    on_frames: OnFrames = lambda frames: None,
) -> None:
    """Encode a shot at these levels into files `{level}.mp4` in `folder`, and keep them under `prefix`.

    What comes out less like its pictures than its quality promises is encoded again, finer. A clip is kept
    once it is whole and measured; nobody ever finds a part of one.

    Raises NotStored, UnusableMedia, FfmpegFailed, FfmpegStopped, DiskFull.
    """
    with disk_errors():
        footage = fetch_footage(storage, shot, folder)
        spans = footage.spans(encoder.keyframe_seconds * shot.fps)
        left = [(level, folder / f"{level.name}.mp4") for level in levels]
        store = ClipStore(storage)
        smallest = min(levels, key=lambda level: level.height)
        for step in range(FINER_STEPS + 1):
            eye = _Eye(footage, shot.fps)
            finer = encoder.model_copy(update={"crf": max(0, encoder.crf - step * FINER_CRF)})
            judged = encode_levels(footage, spans, left, finer, eye, on_frames)
            poor = []
            for (level, clip), scores in zip(left, judged, strict=True):
                side = min(level.width, level.height)
                if step < FINER_STEPS and not is_good(scores, encoder.quality, side):
                    poor.append((level, clip))
                    continue
                facts = ClipFacts(
                    size_bytes=clip.stat().st_size,
                    crf=finer.crf,
                    scores=scores,
                    asked=eye.seen,
                    shown=watch_bare(bare_of(clip), _times(spans, shot.fps)) if level == smallest else None,
                )
                bare_of(clip).unlink()
                store.keep(prefix, level, clip, facts)
            if not poor:
                break
            left = poor


def _times(spans: Sequence[Span], fps: int) -> list[Stretch]:
    return [(span.first / fps, (span.first + span.frames) / fps) for span in spans]


class _Eye:
    """Looks at the pictures as they are encoded: where do they stand still, where are they black."""

    def __init__(self, footage: Footage, fps: int) -> None:
        small = ladder(footage.width, footage.height, (_LOOKED_AT_LINES,))[-1]
        self._scale = Scaler(small)
        self._fps = fps
        self._pictures: list[tuple[Tones, float, float]] = []

    def __call__(self, span: Span, picture: VideoFrame) -> None:
        start, end = span.first / self._fps, (span.first + span.frames) / self._fps
        self._pictures.append((tones_of(self._scale(picture)), start, end))

    @property
    def seen(self) -> Stretches:
        return watch(iter(self._pictures))
