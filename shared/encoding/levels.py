"""One pass over a shot's pictures makes its clip at every level, and tells how like it is to them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from queue import Queue

from av import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from shared.encoding.footage import Footage, Span
from shared.encoding.shot import Shot
from shared.media.files import UnusableMedia, opened
from shared.media.memory import give_back_memory
from shared.media.presets import EncoderSettings, Level
from shared.media.video_file import VideoFile
from shared.media.vmaf import Scores, vmaf

OnFrames = Callable[[int], None]
"""Told how many frames of the shot have been given to every level."""

OnPicture = Callable[[Span, VideoFrame], None]
"""Shown each picture that is encoded."""

ONE_IN, FEWEST, MOST = 4, 8, 24
"""Of a clip's pictures one in so many is held against what was encoded; so many at least, or all if there are
fewer, and at most: they are kept until then, 3 MB each at 1080p."""
_AHEAD = 4  # pictures that wait for a level


def encode_levels(
    footage: Footage,
    spans: Sequence[Span],
    clips: Sequence[tuple[Level, Path]],
    encoder: EncoderSettings,
    on_picture: OnPicture = lambda span, picture: None,
    on_frames: OnFrames = lambda frames: None,
) -> list[Scores]:
    """Encode the spans' pictures into a clip for each level, and leave `bare_of` it beside it.

    Returns how like each clip is to its pictures. Each level has a thread: scaler, x264 and VMAF work beside
    Python. How many threads x264 has is always the same, so that the same pictures give the same bytes on any
    machine.

    Raises UnusableMedia: what came out is not whole.
    """
    with ExitStack() as stack:
        every = sampled_every(len(spans))
        lines = [
            stack.enter_context(_Line(level, path, footage.shot, encoder, every)) for level, path in clips
        ]
        for span, picture in zip(spans, footage.pictures(spans), strict=True):
            for line in lines:
                line.put(picture, span.frames)
            on_picture(span, picture)
            on_frames(span.first + span.frames)
        for line in lines:
            line.finish()  # all, before any is waited for: of a short shot x264 has begun with nothing yet
    return [line.scores for line in lines]


def sampled_every(pictures: int) -> int:
    """Pictures 0, every, 2 * every … of a clip are held against it."""
    for_most = -(-pictures // MOST)
    return max(min(ONE_IN, pictures // FEWEST), for_most, 1)


def bare_of(clip: Path) -> Path:
    """Beside a clip: its pictures alone, one for each span, without those that repeat."""
    return clip.with_suffix(".h264")


def check_clip(clip: Path, level: Level, frame_count: int) -> None:
    """Raises UnusableMedia unless the clip has its size, all its frames, and a key frame first."""
    with opened(clip, frozenset({"mov"})) as container:
        video = container.streams.video[0] if container.streams.video else None
        packets = [packet for packet in container.demux(video) if packet.size] if video else []
        if video is None or len(packets) != frame_count or not packets[0].is_keyframe:
            raise UnusableMedia(f"{clip.name} holds {len(packets)} of {frame_count} frames")
        if (video.width, video.height) != (level.width, level.height):
            raise UnusableMedia(
                f"{clip.name} is {video.width}x{video.height}, not {level.width}x{level.height}"
            )


class _Line:
    """A level's thread: scales and encodes what is put into its queue, then looks at what came out.

    every: of so many pictures one is kept, to be held against the clip. Repeated frames are copies, so that
    one of each span is enough.
    """

    def __init__(self, level: Level, path: Path, shot: Shot, encoder: EncoderSettings, every: int) -> None:
        self._level, self._path, self._shot, self._encoder, self._every = level, path, shot, encoder, every
        self._queue: Queue[tuple[VideoFrame, int] | None] = Queue(_AHEAD)
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"encode-{level.name}", daemon=True)
        self.scores: Scores

    def put(self, picture: VideoFrame, frames: int) -> None:
        """Raises what the line failed with."""
        if self._failed is not None:
            raise self._failed
        self._queue.put((picture, frames))

    def finish(self) -> None:
        """There is nothing more to come."""
        self._queue.put(None)

    def _run(self) -> None:
        given = iter(self._queue.get, None)
        try:
            kept = self._encode(given)
            give_back_memory()  # x264's, before VMAF takes as much again
            check_clip(self._path, self._level, self._shot.frame_count)
            size = self._level.width, self._level.height
            self.scores = vmaf(kept, bare_of(self._path), *size, self._shot.fps, self._every)
        except BaseException as error:
            self._failed = error
            for _ in given:  # whoever puts must not wait for ever
                pass

    def _encode(self, given: Iterator[tuple[VideoFrame, int]]) -> list[VideoFrame]:
        size, bare = (self._level.width, self._level.height), bare_of(self._path)
        scale = Scaler(self._level)
        kept = []
        with VideoFile(self._path, *size, self._shot.fps, self._encoder, bare=bare) as video:
            for number, (picture, frames) in enumerate(given):
                scaled = scale(picture)
                video.add(scaled, frames)
                if number % self._every == 0:
                    kept.append(scaled)
        return kept

    def __enter__(self) -> _Line:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.finish()
        self._thread.join()
        if kind is None and self._failed is not None:
            raise self._failed


class Scaler:
    """Brings pictures to a level's size; each thread needs its own."""

    def __init__(self, level: Level) -> None:
        self._level = level
        self._reformatter = VideoReformatter()

    def __call__(self, picture: VideoFrame) -> VideoFrame:
        """A picture of its own: encoders write times into what they are given."""
        level = self._level
        return self._reformatter.reformat(
            picture, level.width, level.height, "yuv420p", interpolation=Interpolation.BICUBIC
        )
