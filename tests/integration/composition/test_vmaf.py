"""Likeness of real encodes: what is worse is told, and what can't be compared is refused."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from shared.media.files import UnusableMedia
from shared.media.limits import MOST_SHIFT
from shared.media.vmaf import Scores, vmaf
from tests.support.moving import FPS, HEIGHT, WIDTH, Planes, encode, page, photo, planes


@pytest.fixture(scope="module")
def pictures() -> list[Planes]:
    """A page of text and a coloured band that scrolls, eight pictures."""
    tall = page(225, 40, rows=40, height=700)
    shown = []
    for number in range(8):
        picture = planes(tall[number * 6 : number * 6 + HEIGHT])
        picture[1][60:140], picture[2][60:140] = 90, 190
        shown.append(picture)
    return shown


def held(pictures: list[Planes], video: Path, every: int = 1) -> Scores:
    return vmaf(pictures[::every], video, WIDTH, HEIGHT, FPS, every)


def test_a_coarser_encode_is_told(pictures: list[Planes], tmp_path: Path) -> None:
    fine, coarse = (held(pictures, encode(pictures, tmp_path / f"{crf}.mp4", crf)) for crf in (20, 38))
    assert fine.frames == coarse.frames == 8
    assert fine.mean > 95 > 88 > coarse.mean
    assert fine.low <= fine.mean and coarse.low <= coarse.mean
    assert max(fine.shift, coarse.shift) <= MOST_SHIFT


def test_wrong_tones_are_told_where_vmaf_is_blind(pictures: list[Planes], tmp_path: Path) -> None:
    tinted = [(y, cb, (cr.astype(int) * 15 // 16).astype(np.uint8)) for y, cb, cr in pictures]
    scores = held(pictures, encode(tinted, tmp_path / "tinted.mp4", 20))
    assert scores.mean > 95
    assert scores.shift > MOST_SHIFT


def test_every_second_frame_of_both(pictures: list[Planes], tmp_path: Path) -> None:
    video = encode(pictures, tmp_path / "video.mp4", 20)
    assert held(pictures, video, 2).frames == 4
    assert held(pictures[1:] + pictures[:1], video, 2).mean < held(pictures, video, 2).mean - 20


def test_frames_of_pyav_and_a_bare_stream(pictures: list[Planes], tmp_path: Path) -> None:
    video = encode(pictures, tmp_path / "video.mp4", 20)
    bare = tmp_path / "video.h264"
    with av.open(str(video)) as source, av.open(str(bare), "w", format="h264") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    with av.open(str(video)) as source:
        itself = list(source.decode(video=0))
    scores = vmaf(itself, bare, WIDTH, HEIGHT, FPS)
    assert scores.frames == 8 and scores.mean > 97 and scores.shift == 0


def test_what_cannot_be_compared_is_refused(pictures: list[Planes], tmp_path: Path) -> None:
    video = encode(pictures, tmp_path / "video.mp4", 30)
    small = [(y[:240], cb[:120], cr[:120]) for y, cb, cr in pictures]
    for wanted, reference in (
        ("fewer frames", [*pictures, pictures[0]]),
        ("more frames", pictures[:-1]),
        ("of its size", small),
        ("more frames", []),
    ):
        with pytest.raises(UnusableMedia, match=wanted):
            vmaf(reference, video, WIDTH, HEIGHT, FPS)


def test_a_photograph_in_other_colours(tmp_path: Path) -> None:
    pictures = [picture for number, picture in zip(range(4), photo(), strict=False)]
    paler = [(y, ((cb.astype(int) + 128) // 2).astype(np.uint8), cr) for y, cb, cr in pictures]
    assert held(pictures, encode(paler, tmp_path / "paler.mp4", 20)).shift > MOST_SHIFT
