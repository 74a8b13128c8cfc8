"""Frames that repeat the one before, written into an H.264 stream without being encoded.

A picture of which every macroblock is skipped says "as before" in some 90 bytes. The encoder makes one such
picture; the others are copies of it that differ in their number alone.
ITU-T H.264: 7.3.2.1.1 (sequence parameter set), 7.3.3 (slice header), 7.4.1 (emulation prevention).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_START = re.compile(rb"\x00{2,}\x01")
_EMULATION = re.compile(rb"\x00\x00(?=[\x00-\x03])")
_SLICE, _SEQUENCE = 1, 7  # types of units: a slice of a picture that is no key frame, and a parameter set
_HIGH_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128}


class _Bits:
    """Reads a unit from its second byte on."""

    def __init__(self, unit: bytes) -> None:
        self._text = "".join(f"{byte:08b}" for byte in unit[:64])
        self.at = 8

    def take(self, count: int) -> int:
        self.at += count
        return int(self._text[self.at - count : self.at], 2)

    def golomb(self) -> int:
        """ue(v): as many zeros as bits follow the first one."""
        zeros = self._text.index("1", self.at) - self.at
        self.at += zeros
        return self.take(zeros + 1) - 1


def frame_number_bits(parameters: bytes) -> int:
    """How many bits a frame number has, from the parameter sets (with start codes).

    Raises:
        ValueError: if there is none, or one with scaling lists.
    """
    for unit in _units(parameters):
        if unit[0] & 31 != _SEQUENCE:
            continue
        bits = _Bits(unit)
        profile = bits.take(8)
        bits.take(16)
        bits.golomb()
        if profile in _HIGH_PROFILES:
            _skip_high(bits)
        return bits.golomb() + 4
    raise ValueError("no sequence parameter set")


def _skip_high(bits: _Bits) -> None:
    if bits.golomb() == 3:  # 4:4:4
        bits.take(1)
    bits.golomb(), bits.golomb(), bits.take(1)
    if bits.take(1):
        raise ValueError("scaling lists are not read")


def frame_number(picture: bytes, bits: int) -> int:
    """The number of a picture that is no key frame."""
    unit = next(unit for unit in _units(picture) if unit[0] & 31 == _SLICE)
    return _at_number(unit).take(bits)


def numbered(picture: bytes, number: int, bits: int) -> bytes:
    """The same picture, which is no key frame, with another number (of which the lowest `bits` count)."""
    return b"".join(
        b"\0\0\0\1" + (_renumber(unit, number, bits) if unit[0] & 31 == _SLICE else _protect(unit))
        for unit in _units(picture)
    )


def _renumber(unit: bytes, number: int, bits: int) -> bytes:
    end = _at_number(unit).at + bits
    size = -(-end // 8)
    shift = size * 8 - end
    mask = ((1 << bits) - 1) << shift
    head = int.from_bytes(unit[:size], "big") & ~mask | (number << shift & mask)
    return _protect(head.to_bytes(size, "big") + unit[size:])


def _at_number(unit: bytes) -> _Bits:
    bits = _Bits(unit)
    bits.golomb(), bits.golomb(), bits.golomb()  # first macroblock, type, parameter set
    return bits


def _units(stream: bytes) -> Iterator[bytes]:
    """The units between start codes, without the bytes that keep those from appearing inside."""
    for unit in _START.split(stream):
        if unit:
            yield unit.replace(b"\0\0\3", b"\0\0")


def _protect(unit: bytes) -> bytes:
    return _EMULATION.sub(b"\0\0\3", unit)
