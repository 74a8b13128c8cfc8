"""A shot's pictures: what was filmed, with what lies over it, each once and with how long it stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import av
from av import VideoCodecContext, VideoFrame

from shared.encoding.given import take_in_given
from shared.encoding.layers import Overlay, copied, fade, planes_of
from shared.encoding.shot import Shot
from shared.media.files import MAX_PIXELS, UnusableMedia, opened
from shared.media.jpegs import JpegDecoder
from shared.recording import FRAMES, RESULT, SceneResult
from shared.storage import Storage
from shared.values import Value


class Span(Value):
    """A picture of a shot: which frame of the shot is its first, and for how many it stands."""

    first: int
    frames: int


class _Reel:
    """The unique pictures of one `frames.mkv` that a shot shows, and the frame of it at which each begins."""

    def __init__(self, path: Path, durations: Sequence[int], shot: Shot, first: int = 0) -> None:
        self.starts = [start - first for start in (0, *accumulate(durations))][:-1]
        shown = range(self.at(0), self.at(shot.frame_count - 1) + 1)
        with opened(path, frozenset({"matroska"})) as container:
            video = container.streams.video[0]
            self.codec = video.codec_context.name
            self.size = (video.width, video.height)
            packets = enumerate(packet for packet in container.demux(video) if packet.size)
            self.packets = {number: bytes(packet) for number, packet in packets if number in shown}

    def at(self, frame: int) -> int:
        """The number of the picture that is shown at a frame."""
        return bisect_right(self.starts, frame) - 1


class Footage:
    """A shot's pictures, from files that were fetched and checked."""

    def __init__(
        self, shot: Shot, frames: tuple[Path, SceneResult], overlays: Sequence[tuple[Path, SceneResult]]
    ) -> None:
        self.shot = shot
        path, result = frames
        self._below = _Reel(path, result.durations, shot, shot.first_frame)
        self.width, self.height = self._below.size
        self._above = [_Reel(path, result.durations, shot) for path, result in overlays]
        self._decoder = JpegDecoder(self.width, self.height)
        self._decoded: tuple[int, VideoFrame] | None = None
        self._overlays: dict[int, tuple[int, Overlay]] = {}

    def spans(self, key_frames: int) -> list[Span]:
        """The shot's pictures in order. A new one begins every `key_frames`, so that each is encoded once."""
        count = self.shot.frame_count
        fades = [*range(self.shot.fade_in + 1), *range(count - self.shot.fade_out, count)]
        starts = {0, *range(0, count, key_frames), *fades, *self._below.starts}
        starts.update(*(reel.starts for reel in self._above))
        edges = [*sorted(start for start in starts if 0 <= start < count), count]
        return [Span(first=first, frames=end - first) for first, end in pairwise(edges)]

    def pictures(self, spans: Sequence[Span]) -> Iterator[VideoFrame]:
        """The picture of each span: yuv420p, BT.709, limited range. It is not to be changed."""
        for span in spans:
            below = self._filmed(span.first)
            over = (self._over(n, reel, span.first) for n, reel in enumerate(self._above))
            above = [overlay for overlay in over if not overlay.empty]
            strength = self._strength(span.first)
            if not above and strength == 1:
                yield below
                continue
            picture = copied(below)
            planes = planes_of(picture)
            for overlay in above:
                overlay.lay_over(planes)
            if strength < 1:
                fade(planes, self.shot.ground, strength)
            yield picture

    def _filmed(self, frame: int) -> VideoFrame:
        number = self._below.at(frame)
        if self._decoded is None or self._decoded[0] != number:
            try:
                self._decoded = number, self._decoder.decode(self._below.packets[number])
            except (av.error.FFmpegError, ValueError) as error:
                raise UnusableMedia(
                    f"the recorded picture at frame {frame} of a scene is damaged: {error}"
                ) from error
        return self._decoded[1]

    def _over(self, layer: int, reel: _Reel, frame: int) -> Overlay:
        number = reel.at(frame)
        kept = self._overlays.get(layer)
        if kept is None or kept[0] != number:
            kept = self._overlays[layer] = number, Overlay(_decoded(reel, number))
        return kept[1]

    def _strength(self, frame: int) -> float:
        """How much of the picture shows: less than all while it fades in or out."""
        shot = self.shot
        coming = (frame + 1) / (shot.fade_in + 1)
        going = (shot.frame_count - frame) / (shot.fade_out + 1)
        return min(1.0, coming, going)


def fetch_footage(storage: Storage, shot: Shot, folder: Path) -> Footage:
    """Fetch what a shot shows into `folder`.

    Raises:
        NotStored: something was not filmed.
        UnusableMedia: frames are not those of the recorder's results, or too few for the shot.
    """
    frames = _fetch(storage, shot.frames, folder / "below.mkv", shot.fps)
    if frames[1].frame_count < shot.first_frame + shot.frame_count - shot.held:
        raise UnusableMedia(
            f"frames {shot.first_frame} to {shot.first_frame + shot.frame_count} are to be shown, "
            f"but {frames[1].frame_count} were recorded"
        )
    overlays = [
        _fetch(storage, prefix, folder / f"above-{n}.mkv", shot.fps) for n, prefix in enumerate(shot.overlays)
    ]
    return Footage(shot, frames, overlays)


def _fetch(storage: Storage, prefix: str, path: Path, fps: int) -> tuple[Path, SceneResult]:
    if not storage.exists(f"{prefix}/{RESULT}"):
        take_in_given(prefix, storage, path.parent)
    result = SceneResult.model_validate_json(storage.get(f"{prefix}/{RESULT}"))
    if result.fps != fps:
        raise UnusableMedia(f"{result.fps} frames a second were recorded, not {fps}")
    storage.fetch(f"{prefix}/{FRAMES}", path)
    check_frames(path, result)
    return path, result


def first_picture(frames: Path) -> bytes:
    """The first picture of a `frames.mkv`, as it is in there: a JPEG, or a PNG of what is transparent."""
    with opened(frames, frozenset({"matroska"})) as container:
        return next(bytes(packet) for packet in container.demux(video=0) if packet.size)


def check_frames(path: Path, result: SceneResult) -> None:
    """Raises UnusableMedia unless each unique frame of the recorder's result is there, at its time."""
    with opened(path, frozenset({"matroska"})) as container:
        if not container.streams.video:
            raise UnusableMedia("the recorded frames have no picture")
        video = container.streams.video[0]
        if not 0 < video.width * video.height <= MAX_PIXELS:
            raise UnusableMedia(f"the recorded frames are {video.width}x{video.height}")
        shown_at = [
            round(packet.pts * packet.time_base * result.fps)
            for packet in container.demux(video)
            if packet.size and packet.pts is not None
        ]
    expected = [0, *accumulate(result.durations)][:-1]
    if shown_at != expected:
        raise UnusableMedia(
            f"the recorded frames are damaged: {len(shown_at)} of {len(expected)} are there"
            + ("" if len(shown_at) != len(expected) else ", at other times than recorded")
        )


def _decoded(reel: _Reel, number: int) -> VideoFrame:
    decoder = av.CodecContext.create(reel.codec, "r")
    assert isinstance(decoder, VideoCodecContext)  # of PNG
    (picture,) = [*decoder.decode(av.Packet(reel.packets[number])), *decoder.decode(None)]
    return picture
