"""What a file is, told by its first bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.media.files import UnusableMedia, media_format
from shared.media.logos import image_kind


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"\0\0\0\x20ftypisom", "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"\x1a\x45\xdf\xa3", "matroska"),
        (b"RIFF....WAVE", "wav"),
        (b"ID3\x04", "mp3"),
    ],
)
def test_media_of_every_kind(start: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(start)
    assert media_format(tmp_path / "x.txt") == name


@pytest.mark.parametrize(
    "start", [b"#EXTM3U\n", b"ffconcat version 1.0\n", b"RIFF....AVI ", b"<html>", b"v=0\n"]
)
def test_what_leads_to_other_files_is_no_media(start: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(start)
    with pytest.raises(UnusableMedia, match="no media file that is known here"):
        media_format(tmp_path / "x.mp4")


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"\xef\xbb\xbf \n<svg/>", "svg"),
        ("<svg/>".encode("utf-16"), "svg"),
    ],
)
def test_pictures_of_every_kind(start: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / "x.gif").write_bytes(start)
    assert image_kind(tmp_path / "x.gif") == kind
