"""Frame numbers in an H.264 stream, read and written."""

from __future__ import annotations

import pytest

from shared.media.h264 import frame_number, frame_number_bits, numbered

# 1920x1080 by x264, High profile: the parameter sets, and the head of a picture (number 1, of four bits)
PARAMETERS = bytes.fromhex("0000000167640028acb403c0113f2c20000003002000000781e306540000000168ee0fcb")
PICTURE = bytes.fromhex("00000001419a22095ffeb52a800000030000030080")


def test_how_many_bits_a_number_has() -> None:
    assert frame_number_bits(PARAMETERS) == 4
    with pytest.raises(ValueError, match="parameter set"):
        frame_number_bits(PICTURE)


def test_a_picture_keeps_all_but_its_number() -> None:
    assert frame_number(PICTURE, 4) == 1
    assert numbered(PICTURE, 1, 4) == PICTURE
    for number in range(40):
        changed = numbered(PICTURE, number, 4)
        assert frame_number(changed, 4) == number % 16
        assert numbered(changed, 1, 4) == PICTURE
        assert len(changed) == len(PICTURE)


def test_no_start_code_appears_inside() -> None:
    tight = bytes.fromhex("0000000141 9a 00 01".replace(" ", ""))  # as if the next byte were 1
    for number in range(16):
        changed = numbered(tight + bytes(6) + b"\x80", number, 4)
        assert b"\0\0\0" not in changed[4:]
        assert b"\0\0\1" not in changed[4:]
