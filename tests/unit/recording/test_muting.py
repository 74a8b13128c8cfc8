"""Videos lose their sound tracks in place; all else stays."""

from __future__ import annotations

import io
import re

import av
import pytest

from shared.recording.browser.muting import muted
from tests.support.clips import clip

PICTURES_ALONE = {"mp4": ["libx264"], "mov": ["libx264"], "webm": ["libvpx"]}
WITH_SOUND = {"mp4": ["libx264", "aac"], "mov": ["libx264", "aac"], "webm": ["libvpx", "libopus"]}


@pytest.mark.parametrize("kind", WITH_SOUND)
def test_the_sound_track_goes_and_the_pictures_stay_where_they_are(kind: str) -> None:
    data = clip(kind, WITH_SOUND[kind], frames=10, fps=30)
    silent = muted(data)
    assert len(silent) == len(data)
    assert sum(a != b for a, b in zip(silent, data, strict=True)) <= 4
    with av.open(io.BytesIO(silent)) as file:
        known = [stream for stream in file.streams if stream.codec_context is not None]
        assert [stream.type for stream in known] == ["video"]
        assert len(list(file.decode(video=0))) == 10


@pytest.mark.parametrize("kind", PICTURES_ALONE)
def test_a_silent_video_stays_as_it_is(kind: str) -> None:
    data = clip(kind, PICTURES_ALONE[kind], frames=10, fps=30)
    assert muted(data) == data


def test_what_has_sound_alone_keeps_it() -> None:
    data = clip("mp4", WITH_SOUND["mp4"], frames=10, fps=30)
    sound = re.sub(b"vide", b"text", data)
    assert muted(sound) == sound


@pytest.mark.parametrize(
    "data", [b"", b"trak", b"\xff\xff\xff\xfftrak", b"\x16\x54\xae\x6b", b"trakhdlr" * 99]
)
def test_whatever_comes_is_survived(data: bytes) -> None:
    assert muted(data) == data
