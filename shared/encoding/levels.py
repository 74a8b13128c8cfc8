"""One pass over a shot's pictures makes its clip at every level."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from queue import Queue

from av import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from shared.encoding.footage import Footage, Span
from shared.media.files import UnusableMedia, opened
from shared.media.presets import EncoderSettings, Level
from shared.media.video_file import VideoFile

OnFrames = Callable[[int], None]
"""Told how many frames of the shot have been given to every level."""

OnPicture = Callable[[Span, VideoFrame], None]
"""Shown each picture that is encoded."""

_AHEAD = 4  # pictures that wait for a level: 3 MB each


def encode_levels(
    footage: Footage,
    spans: Sequence[Span],
    clips: Sequence[tuple[Level, Path]],
    encoder: EncoderSettings,
    on_picture: OnPicture = lambda span, picture: None,
    on_frames: OnFrames = lambda frames: None,
) -> None:
    """Encode the spans' pictures into a clip for each level, and leave `bare_of` it beside it.

    Each level has a thread: scaler and x264 work beside Python. x264 itself has one thread, so that the same
    pictures give the same bytes on any machine.
    """
    fps = footage.shot.fps
    with ExitStack() as stack:
        lines = [stack.enter_context(_Line(level, path, fps, encoder)) for level, path in clips]
        for span, picture in zip(spans, footage.pictures(spans), strict=True):
            for line in lines:
                line.put(picture, span.frames)
            on_picture(span, picture)
            on_frames(span.first + span.frames)


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
    """A level's thread: scales and encodes what is put into its queue."""

    def __init__(self, level: Level, path: Path, fps: int, encoder: EncoderSettings) -> None:
        self._level, self._path, self._fps, self._encoder = level, path, fps, encoder
        self._queue: Queue[tuple[VideoFrame, int] | None] = Queue(_AHEAD)
        self._scale = Scaler(level)
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"encode-{level.name}", daemon=True)

    def put(self, picture: VideoFrame, frames: int) -> None:
        """Raises what the line failed with."""
        if self._failed is not None:
            raise self._failed
        self._queue.put((picture, frames))

    def _run(self) -> None:
        given = iter(self._queue.get, None)
        try:
            size = (self._level.width, self._level.height)
            bare = bare_of(self._path)
            with VideoFile(self._path, *size, self._fps, self._encoder, bare=bare) as video:
                for picture, frames in given:
                    video.add(self._scale(picture), frames)
        except BaseException as error:
            self._failed = error
            for _ in given:  # whoever puts must not wait for ever
                pass

    def __enter__(self) -> _Line:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._queue.put(None)
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
