"""Clips that are none, are damaged, lie, or try to reach something."""

from __future__ import annotations

import struct
from collections.abc import Callable

from tests.support.bad_media.boxes import alias, box, patch, replace_box, times, url_reference
from tests.support.bad_media.case import Bait, Case, fixed, made, picture, tone

_H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25")
_UNKNOWN = "no media file that is known here"
_DAMAGED = "damaged|cut short|no picture|can't be read"


def _mp4() -> bytes:
    return made("mp4", *picture(), *tone(3), *_H264)


def _fast_start() -> bytes:
    return made("mp4", *picture(), *_H264, "-movflags", "+faststart")


def _webm() -> bytes:
    return made("webm", *picture(), "-c:v", "libvpx", "-b:v", "300k")


def _mjpeg() -> bytes:
    return made("mkv", *picture(1), "-c:v", "mjpeg")


def _part(original: Callable[[], bytes], share: float) -> Callable[[Bait], bytes]:
    return lambda bait: original()[: round(len(original()) * share)]


def _cut(name: str, original: Callable[[], bytes]) -> list[Case]:
    shares = (0.0, 0.001, 0.1, 0.5, 0.85)
    refusal = "empty|known here|" + _DAMAGED
    return [Case(f"{name}-cut-{share}", "clip", _part(original, share), refusal) for share in shares]


def playlist(bait: Bait) -> bytes:
    named = [f"{bait.url}/x.ts", f"file://{bait.passwd}", str(bait.secret)]
    entries = [f"#EXTINF:1,\n{name}" for name in named]
    return "\n".join(["#EXTM3U", *entries, "#EXT-X-ENDLIST", ""]).encode()


def _concat(bait: Bait) -> bytes:
    return f"ffconcat version 1.0\nfile '{bait.passwd}'\nfile '{bait.secret}'\nfile '{bait.url}/x'\n".encode()


def _dash(bait: Bait) -> bytes:
    where = f"<Representation id='1'><BaseURL>{bait.url}/x.mp4</BaseURL></Representation>"
    sets = f"<Period><AdaptationSet mimeType='video/mp4'>{where}</AdaptationSet></Period>"
    return f"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'>{sets}</MPD>".encode()


def _session(bait: Bait) -> bytes:
    port = bait.url.rsplit(":", 1)[1]
    return f"v=0\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\na=rtpmap:96 H264/90000\n".encode()


def _after_ftyp(content: Callable[[Bait], bytes]) -> Callable[[Bait], bytes]:
    return lambda bait: box(b"ftyp", b"isom\0\0\2\0isom") + content(bait)


def _elsewhere(bait: Bait) -> bytes:
    return replace_box(_mp4(), b"dref", alias(str(bait.secret)))


def _elsewhere_by_url(bait: Bait) -> bytes:
    return replace_box(_mp4(), b"dref", url_reference(bait.url + "/x.mp4"))


def _nested(bait: Bait) -> bytes:
    data = b""
    for _ in range(20_000):
        data = box(b"moov", data)
    return box(b"ftyp", b"isom\0\0\2\0isom") + data


def _many_samples(bait: Bait) -> bytes:
    return replace_box(_mp4(), b"stsz", struct.pack(">III", 0, 1, 0xFFFFFFF0))


def _attached(bait: Bait) -> bytes:
    return made(
        "mkv", *picture(), *_H264, "-attach", str(bait.secret), "-metadata:s:t", "mimetype=text/plain"
    )


def _huge_jpeg(bait: Bait) -> bytes:
    data = _mjpeg()
    return data.replace(
        b"\xff\xc0\0\x11\x08" + struct.pack(">HH", 90, 160), b"\xff\xc0\0\x11\x08" + b"\xff" * 4
    )


def _long_header(bait: Bait) -> bytes:
    data = made("mkv", *picture(1), "-c:v", "mjpeg")
    return patch(data, b"\x44\x89\x88", 0, struct.pack(">d", 1e12))


def _as_named(name: str, start: bytes) -> Case:
    return Case(f"{name}-as-mp4", "clip", fixed(start + bytes(range(256)) * 40), _UNKNOWN)


def _stts(delta: int) -> Callable[[Bait], bytes]:
    return lambda bait: replace_box(_fast_start_less(), b"stts", times(delta, 75))


def _fast_start_less() -> bytes:
    return made("mp4", *picture(), *_H264, "-bf", "0")


CLIPS = [
    *_cut("mp4", _mp4),
    *_cut("fast-start", _fast_start),
    *_cut("webm", _webm),
    _as_named("text", b"Hello. "),
    _as_named("html", b"<!doctype html><video src=x>"),
    _as_named("zip", b"PK\x03\x04"),
    _as_named("elf", b"\x7fELF"),
    _as_named("pdf", b"%PDF-1.7\n"),
    _as_named("avi", b"RIFF\0\0\1\0AVI LIST"),
    Case("playlist", "clip", playlist, _UNKNOWN),
    Case("concat", "clip", _concat, _UNKNOWN),
    Case("dash", "clip", _dash, _UNKNOWN),
    Case("session", "clip", _session, _UNKNOWN),
    Case("playlist-after-ftyp", "clip", _after_ftyp(playlist), _DAMAGED),
    Case("concat-after-ftyp", "clip", _after_ftyp(_concat), _DAMAGED),
    Case("data-elsewhere", "clip", _elsewhere, _DAMAGED),
    Case("data-at-url", "clip", _elsewhere_by_url, ""),
    Case("attachment", "clip", _attached, ""),
    Case("nested-boxes", "clip", _nested, _DAMAGED),
    Case("many-samples", "clip", _many_samples, _DAMAGED),
    Case("sound-only", "clip", lambda bait: made("m4a", *tone()), "has no picture"),
    Case("no-frames", "clip", lambda bait: made("mp4", *picture(), *_H264, "-t", "0"), _DAMAGED),
    Case("huge-jpeg", "clip", _huge_jpeg, "damaged|pictures of 65535x65535"),
    Case("long-header", "clip", _long_header, "cut short"),
    Case("long", "clip", lambda bait: made("mp4", *picture(30, "16x16"), *_H264), "longer than 5 s: cut it"),
    Case("slow-clock", "clip", _stts(0x7FFFFFF0), "longer than 5 s|cut short"),
    Case("backward-clock", "clip", _stts(-1000), "longer than 5 s|cut short|damaged|no picture"),
    Case("stopped-clock", "clip", _stts(0), ""),
    Case(
        "exotic", "clip", lambda bait: made("mkv", *picture(1), "-c:v", "flv1"), "holds flv, which isn't read"
    ),
    Case(
        "subtitles-only",
        "clip",
        lambda bait: made("mkv", "-f", "srt", "-i", str(bait.secret.with_suffix(".srt"))),
        "has no picture",
    ),
]
