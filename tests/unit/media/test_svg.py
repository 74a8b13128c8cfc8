"""What is kept of an SVG."""

from __future__ import annotations

import base64
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from shared.media.files import UnusableMedia
from shared.media.svg import make_safe
from shared.media.xml import read_xml
from tests.support.bad_media.bad_logos import encoded, svg

DOT = "data:image/png;base64," + base64.b64encode(encoded(Image.new("L", (1, 1)), "PNG")).decode()


def kept(folder: Path, inside: str) -> str:
    path = folder / "logo.svg"
    path.write_bytes(svg(inside))
    return ElementTree.tostring(make_safe(read_xml(path, "the logo"), "the logo"), encoding="unicode")


@pytest.mark.parametrize(
    "inside",
    [
        "<script>1</script>",
        "<g onload='1' OnClick='1'/>",
        "<foreignObject><b/></foreignObject>",
        "<animate/><animateTransform/><animateMotion/><set/>",
        "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>1</x:script>",
        "<g xml:base='http://example.com'/>",
        "<a href='javascript:1' xlink:href='http://example.com'/>",
        "<iframe src='http://example.com'/><audio/><video/><handler/>",
        "<metadata>http://example.com</metadata><!-- http://example.com -->",
    ],
)
def test_what_runs_moves_or_leads_away_is_left_out(inside: str, tmp_path: Path) -> None:
    said = kept(tmp_path, inside)
    for word in (
        "script",
        "onload",
        "OnClick",
        "foreign",
        "anim",
        "set",
        "base",
        "example.com",
        "frame",
        "dio",
    ):
        assert word not in said.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    "inside",
    [
        "<image href='x.png'/>",
        "<image href=' file:///etc/passwd'/>",
        "<image xlink:href='//example.com/x.png'/>",
        "<image href='data:image/svg+xml;base64,AAAA'/>",
        "<image href='data:image/png,AAAA'/>",
        "<use href='other.svg#x'/>",
        "<linearGradient xlink:href='http://example.com#x'/>",
        "<rect fill='url(http://example.com)'/>",
        "<rect style='fill: URL( \"x.svg#y\" )'/>",
        "<rect style='fill:u/**/rl(x.svg)'/>",
        "<style>@import 'x.css'</style>",
        "<style>@\\49mport 'x.css'</style>",
        "<style>a{fill:\\75rl(//example.com)}</style>",
        "<style><![CDATA[@import 'x.css']]></style>",
    ],
)
def test_what_would_be_shown_from_elsewhere_is_refused(inside: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableMedia, match="refers to something outside of it"):
        kept(tmp_path, inside)


def test_what_it_shows_by_itself_is_kept(tmp_path: Path) -> None:
    said = kept(
        tmp_path,
        "<style>.a{fill:url(#g)}</style><linearGradient id='g' xlink:href='#h'/><linearGradient id='h'/>"
        f"<image href='{DOT}'/><use xlink:href='#g'/><rect class='a' clip-path='url( #g )'/>",
    )
    for word in ("url(#g)", DOT, "#h", 'class="a"', "url( #g )"):
        assert word in said


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg", "no SVG that can be read"),
        (b"<html/>", "its first element is 'html'"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "DOCTYPE with declarations"),
        (b"<?xml version='1.0' encoding='utf-7'?><svg/>", "no SVG that can be read"),
        (b"<svg>" + b"<g/>" * 100_001 + b"</svg>", "more than 100000 elements"),
        (b"<svg>" + b" " * 5_000_000 + b"</svg>", "5.0 MB, at most 5"),
    ],
)
def test_what_is_no_svg_to_be_drawn(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "logo.svg"
    path.write_bytes(content)
    with pytest.raises(UnusableMedia, match=reason):
        make_safe(read_xml(path, "the logo"), "the logo")
