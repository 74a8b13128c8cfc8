"""Small videos and GIFs whose frames carry their number as a strip (see filmed_pages.read_strip)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np

from tests.support.filmed_pages import BITS, CELL, Pixels

WIDTH = BITS * CELL
RATE = 48_000


def strip(number: int, height: int) -> Pixels:
    """An RGB picture, WIDTH wide."""
    picture = np.zeros((height, WIDTH, 3), np.uint8)
    for bit in range(BITS):
        picture[:, bit * CELL : (bit + 1) * CELL] = 255 if number >> bit & 1 else 0
    return picture


def clip(kind: str, codecs: Sequence[str], *, frames: int, fps: int, height: int = 64) -> bytes:
    """A file of this kind (mp4, webm, gif …). codecs: of the pictures, and of a tone if there is one."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=kind) as file:
        pictures = file.add_stream(codecs[0], rate=fps)
        assert isinstance(pictures, av.VideoStream)
        pictures.width, pictures.height = WIDTH, height
        pictures.pix_fmt = "rgb8" if kind == "gif" else "yuv420p"
        if len(codecs) > 1:
            sound = file.add_stream(codecs[1], rate=RATE, layout="mono")
            assert isinstance(sound, av.AudioStream)
            for number in range(frames * RATE // fps // 960):
                tone = np.sin(np.arange(number * 960, (number + 1) * 960) / RATE * 2 * np.pi * 440)
                heard = av.AudioFrame.from_ndarray(tone.astype(np.float32)[None] / 4, "fltp", "mono")
                heard.sample_rate, heard.pts, heard.time_base = RATE, number * 960, Fraction(1, RATE)
                file.mux(sound.encode(heard))
            file.mux(sound.encode(None))
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(strip(number, height), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            file.mux(pictures.encode(frame))
        file.mux(pictures.encode(None))
    return buffer.getvalue()
