"""A film whose repeated frames are not encoded is still every frame, each as it should be."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from shared.media.jpegs import JpegDecoder
from shared.media.presets import EncoderSettings
from shared.media.video_file import VideoFile

WIDTH, HEIGHT = 320, 240
LEVELS = ((200, 30, 30), (30, 200, 30), (40, 60, 220), (120, 120, 120))


def jpeg(number: int) -> bytes:
    """Bands of colour that move with the number, over noise that stays."""
    picture = np.random.default_rng(7).integers(90, 110, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    for index, colour in enumerate(LEVELS):
        picture[20 + index * 50 : 52 + index * 50, number * 5 : number * 5 + 120] = colour
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuvj420p"  # type: ignore[attr-defined]
    encoder.time_base = Fraction(1, 30)
    encoder.options = {"qmin": "1", "qmax": "2"}
    frame = av.VideoFrame.from_ndarray(picture).reformat(format="yuvj420p", dst_color_range="JPEG")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])  # type: ignore[attr-defined]


def picture(number: int) -> av.VideoFrame:
    return JpegDecoder(WIDTH, HEIGHT).decode(jpeg(number))


def encoder(preset: str, crf: int) -> EncoderSettings:
    return EncoderSettings.model_validate({"preset": preset, "crf": crf})


def decoded(path: Path) -> tuple[list[av.VideoFrame], list[int]]:
    with av.open(str(path)) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        frames = list(film.decode(video=0))
    with av.open(str(path)) as film:
        keys = [
            round(float(p.pts * p.time_base) * 30) for p in film.demux(video=0) if p.is_keyframe and p.size
        ]
    return frames, keys


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("preset", ["ultrafast", "superfast", "medium", "veryslow"])
def test_repeated_frames_are_the_one_before(preset: str, at_once: bool, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    runs = [(0, 1), (1, 20), (2, 1), (3, 1), (4, 40), (5, 2), (6, 1), (7, 17)]
    with VideoFile(path, WIDTH, HEIGHT, 30, encoder(preset, 18), at_once=at_once) as film:
        for number, frames in runs:
            film.add(picture(number), frames)
    frames, keys = decoded(path)
    assert [round((frame.time or 0) * 30) for frame in frames] == list(range(sum(n for _, n in runs)))
    assert keys == [0]
    at = 0
    for number, count in runs:
        pictures = [frame.to_ndarray(format="yuv420p") for frame in frames[at : at + count]]
        assert all(np.array_equal(picture, pictures[0]) for picture in pictures)
        colours = frames[at].reformat(format="rgb24", src_colorspace="itu709").to_ndarray().astype(int)
        for index, colour in enumerate(LEVELS):
            seen = colours[30 + index * 50, number * 5 + 60]
            assert np.abs(seen - colour).max() <= 12, (number, seen, colour)
        at += count


def test_a_long_hold_can_be_sought_in(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with VideoFile(path, WIDTH, HEIGHT, 30, encoder("superfast", 23)) as film:
        film.add(picture(0), 100)
        film.add(picture(3), 1000)
        film.add(picture(4), 1)
    frames, keys = decoded(path)
    assert len(frames) == 1101
    assert keys == [0, 180, 360, 540, 720, 900, 1080]
    assert path.stat().st_size < 400_000


def test_a_film_of_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with VideoFile(path, WIDTH, HEIGHT, 24, encoder("slow", 23)) as film:
        film.add(picture(0), 1)
    assert len(decoded(path)[0]) == 1
