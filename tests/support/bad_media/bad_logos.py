"""Logos that are none, are damaged, are bombs, or try to reach something."""

from __future__ import annotations

import base64
import gzip
import io
import struct
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

from PIL import Image

from tests.support.bad_media.case import Bait, Case, fixed

_OUTSIDE = "refers to something outside of it"
SHAPE = "<circle cx='50' cy='50' r='40' fill='#00f'/>"


def svg(inside: str, before: str = "") -> bytes:
    names = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'"
    return f"{before}<svg {names} width='100' height='100'>{inside}</svg>".encode()


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, data: bytes, *others: bytes) -> bytes:
    """A PNG of one bit a pixel. data: before compression."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    body = b"".join(others) + chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b"")


def _noise(kind: str, size: int, bait: Bait) -> bytes:
    return encoded(Image.effect_noise((300, 200), 90), kind)[:size]


def _animation(kind: str) -> bytes:
    frames = [Image.new("RGB", (40, 20), color) for color in ("#f00", "#0f0", "#00f")]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def _of(inside: str) -> Callable[[Bait], bytes]:
    return lambda bait: svg(inside.format(url=bait.url, secret=bait.secret, passwd=bait.passwd) + SHAPE)


def _entity(bait: Bait) -> bytes:
    return svg("<title>&x;</title>" + SHAPE, f"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file://{bait.secret}'>]>")


def _dtd(bait: Bait) -> bytes:
    return svg(SHAPE, f"<!DOCTYPE svg SYSTEM '{bait.url}/svg.dtd'>")


def _remote_rules(bait: Bait) -> bytes:
    return svg(SHAPE, f"<!DOCTYPE svg [<!ENTITY % x SYSTEM '{bait.url}/x.dtd'> %x;]>")


def _laughs() -> bytes:
    entities = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    return svg("<title>&a11;</title>", f"<!DOCTYPE svg [<!ENTITY a0 'ha'>{entities}]>")


def _uses(depth: int = 15) -> str:
    use = "<use href='#a{}'/>"
    groups = "".join(f"<g id='a{n}'>{use.format(n - 1) * 10}</g>" for n in range(1, depth))
    return f"<g id='a0'>{SHAPE}</g>{groups}"


def _patterns() -> str:
    fill = "<rect width='100' height='100' fill='url(#p{0})'/>"
    tiles = "".join(
        f"<pattern id='p{n}' width='.1' height='.1'>{fill.format(n - 1) * 2}</pattern>" for n in range(1, 40)
    )
    return tiles + fill.format(39)


def _embedded(content: bytes, mime: str) -> str:
    return f"<image width='9' height='9' href='data:{mime};base64,{base64.b64encode(content).decode()}'/>"


_NESTED = _embedded(svg("<image href='/etc/passwd' width='9' height='9'/>"), "image/svg+xml")
_BOMB = png(50_000, 50_000, bytes(1000))
_HEAVY = "complicated|memory|the machine is too busy"
_FILTER = (
    "<filter id='f'><feTurbulence numOctaves='100000000'/><feGaussianBlur stdDeviation='1e9'/></filter>"
    "<rect filter='url(#f)' width='100' height='100'/>"
)


def _logo(name: str, content: bytes | Callable[[Bait], bytes], refusal: str) -> Case:
    return Case(name, "logo", fixed(content) if isinstance(content, bytes) else content, refusal, "logo.png")


LOGOS = [
    _logo("no-bytes", b"", "is empty"),
    _logo("gif", lambda bait: _animation("GIF"), "is a GIF"),
    _logo("webp", lambda bait: encoded(Image.new("RGB", (9, 9)), "WEBP"), "WebP"),
    _logo("words", b"not a logo", "neither PNG, JPEG nor SVG"),
    _logo("page", b"<!doctype html><html><img src=x>", "can be read|no SVG"),
    *(_logo(f"png-cut-{at}", partial(_noise, "PNG", at), "damaged|neither") for at in (4, 20, 500, 20_000)),
    *(_logo(f"jpeg-cut-{at}", partial(_noise, "JPEG", at), "damaged|neither") for at in (2, 20, 500, 9000)),
    _logo("huge-png", _BOMB, "50000x50000 pixels: at most 50 megapixels"),
    _logo("huge-jpeg", lambda bait: encoded(Image.new("L", (20_000, 4000)), "JPEG"), "at most 50 megapixels"),
    _logo("large-jpeg", lambda bait: encoded(Image.new("L", (20_000, 2500)), "JPEG"), ""),
    _logo("zlib-bomb", lambda bait: png(20_000, 2500, bytes(50_000_000)), ""),
    _logo(
        "text-bomb",
        lambda bait: png(8, 8, bytes(16), chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(90_000_000)))),
        "damaged",
    ),
    _logo(
        "profile-bomb",
        lambda bait: png(8, 8, bytes(16), chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(90_000_000)))),
        "damaged",
    ),
    _logo("animation", lambda bait: _animation("PNG"), ""),
    _logo("cmyk", lambda bait: encoded(Image.new("CMYK", (90, 40), (0, 255, 255, 0)), "JPEG"), ""),
    _logo(
        "bad-profile",
        lambda bait: encoded(Image.new("RGB", (90, 40), "#f00"), "JPEG", icc_profile=b"x" * 900),
        "",
    ),
    _logo("svgz", gzip.compress(svg(SHAPE)), "compressed SVG"),
    _logo("svgz-bomb", gzip.compress(bytes(90_000_000)), "compressed SVG"),
    _logo("script", _of("<script href='{url}/x.js'>fetch('{url}')</script><g onload='x()'/>"), ""),
    _logo("foreign", _of("<foreignObject><iframe xmlns='x' src='{url}'/></foreignObject>"), ""),
    _logo("animate", _of("<animate href='#x' attributeName='href' to='{url}'/><set to='{url}'/>"), ""),
    _logo("link", _of("<a href='{url}'><rect width='9' height='9'/></a>"), ""),
    _logo("entity", _entity, "DOCTYPE with declarations"),
    _logo("remote-rules", _remote_rules, "DOCTYPE with declarations"),
    _logo("remote-dtd", _dtd, ""),
    _logo("laughs", lambda bait: _laughs(), "DOCTYPE with declarations"),
    _logo("image-of-passwd", _of("<image href='file://{passwd}' width='9' height='9'/>"), _OUTSIDE),
    _logo("image-of-file", _of("<image xlink:href='{secret}' width='9' height='9'/>"), _OUTSIDE),
    _logo("image-of-url", _of("<image href='{url}/x.png' width='9' height='9'/>"), _OUTSIDE),
    _logo("filter-image", _of("<filter><feImage href='{secret}'/></filter>"), _OUTSIDE),
    _logo("use-of-file", _of("<use href='{secret}#x'/>"), _OUTSIDE),
    _logo("import", _of("<style>@im\\70ort '{url}/x.css';</style>"), _OUTSIDE),
    _logo("style-url", _of("<rect style='fill:u\\72l({url})' width='9' height='9'/>"), _OUTSIDE),
    _logo("fill-url", _of("<rect fill='url({secret}#x)' width='9' height='9'/>"), _OUTSIDE),
    _logo("nested-svg", lambda bait: svg(_NESTED), _OUTSIDE),
    _logo("nested-as-png", lambda bait: svg(_NESTED.replace("svg+xml", "png")), "neither PNG nor JPEG"),
    _logo("embedded-bomb", lambda bait: svg(_embedded(_BOMB, "image/png")), "a picture in .* 50000x50000"),
    _logo("stylesheet", lambda bait: svg(SHAPE, "<?xml-stylesheet href='file:///etc/passwd'?>"), ""),
    _logo("deep", lambda bait: svg("<g>" * 9000 + "</g>" * 9000), "more than 200 elements inside"),
    _logo("uses", lambda bait: svg(_uses() + "<use href='#a14'/>"), "more than 100000 shapes"),
    _logo("use-of-itself", lambda bait: svg("<g id='a'><use href='#a'/></g>"), "more than 100000 shapes"),
    _logo("patterns", lambda bait: svg(_patterns()), _HEAVY),
    _logo("filters", lambda bait: svg(_FILTER), _HEAVY),
    _logo("words-in-svg", lambda bait: svg("<text x='9' y='50'>Acme</text>"), "Turn text to paths"),
    _logo("invisible", lambda bait: svg(""), "shows nothing"),
    _logo("wide", lambda bait: svg(SHAPE).replace(b"width='100'", b"width='1e9'"), "shows nothing"),
]
