"""Changing what an MP4 or a Matroska file says."""

from __future__ import annotations

import struct

_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"dref")


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def replace_box(data: bytes, kind: bytes, content: bytes) -> bytes:
    """The MP4 with each box of a kind given another content; the sizes around it follow."""
    out, at = b"", 0
    while at + 8 <= len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        inner = data[at + 8 : at + size]
        if name == kind:
            out += box(kind, content)
        elif name in _CONTAINERS and name != b"dref":
            out += box(name, replace_box(inner, kind, content))
        else:
            out += data[at : at + size]
        at += size
    return out


def patch(data: bytes, after: bytes, offset: int, value: bytes) -> bytes:
    """The bytes `offset` after the first `after` replaced."""
    at = data.index(after) + len(after) + offset
    return data[:at] + value + data[at + len(value) :]


def alias(path: str) -> bytes:
    """A data reference of QuickTime that stands for another file."""
    record = bytes(10) + bytes([1]) + b"v".ljust(27, b"\0") + bytes(12)
    record += bytes([1]) + b"f".ljust(63, b"\0") + bytes(16) + struct.pack(">HH", 1, 1) + bytes(16)
    name = path.encode()
    record += struct.pack(">HH", 2, len(name)) + name + b"\0" * (len(name) % 2) + b"\xff\xff\0\0"
    return struct.pack(">II", 0, 1) + box(b"alis", struct.pack(">I", 0) + record)


def url_reference(url: str) -> bytes:
    return struct.pack(">II", 0, 1) + box(b"url ", struct.pack(">I", 0) + url.encode() + b"\0")


def times(delta: int, count: int) -> bytes:
    """A table (stts) in which each sample lasts so long."""
    return struct.pack(">IIII", 0, 1, count, delta & 0xFFFFFFFF)
