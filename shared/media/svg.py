"""SVG: what is safe of it is kept, and drawn. Only for a process inside walls (`shared.media.apart`).

Kept is what an SVG shows by itself: the elements of `_SHOWN`, without event attributes and links. What runs
or moves is left out. What would be shown from elsewhere is refused: left out, it would be missed. So is text,
since its font is elsewhere too.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image

from shared.media.files import UnusableMedia
from shared.media.logos import MOST_HEIGHT, MOST_WIDTH
from shared.media.pictures import opened, plain_png
from shared.media.xml import read_xml

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"

_HREFS = ("href", f"{{{XLINK}}}href")
_MOST_SHAPES = 100_000

_ELEMENTS = """
svg g defs symbol use switch a title desc style path rect circle ellipse line polyline polygon image
linearGradient radialGradient stop pattern clipPath mask marker filter
feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap
feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode
feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence
"""
_SHOWN = frozenset(_ELEMENTS.split())
_EMBEDDED = re.compile(r"data:image/(png|jpe?g);base64,", re.IGNORECASE)
_URL = re.compile(r"url\(\s*+[\"']?+\s*+(?!#)([^\"')\s]{0,80})", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def draw(path: Path) -> bytes:
    """The SVG as a PNG, as large as fits MOST_WIDTH x MOST_HEIGHT. Raises UnusableMedia."""
    from resvg_py import svg_to_bytes

    name = f"the logo {path.name}"
    root = make_safe(read_xml(path, name), name)
    try:
        drawn = svg_to_bytes(
            svg_string=ElementTree.tostring(root, encoding="unicode"),
            width=MOST_WIDTH,
            height=MOST_HEIGHT,
            skip_system_fonts=True,
        )
    except ValueError as error:
        raise UnusableMedia(f"{name} can't be drawn: {error}") from error
    with Image.open(io.BytesIO(drawn), formats=["PNG"]) as image:
        return plain_png(image, path.name)


def make_safe(root: ElementTree.Element, name: str) -> ElementTree.Element:
    """The tree without what runs, moves or leads anywhere. Raises UnusableMedia."""
    if root.tag not in {f"{{{SVG}}}svg", "svg"}:
        raise UnusableMedia(f"{name} is no SVG: its first element is {_local(root.tag)[:40]!r}")
    _clean(root, name)
    if _shapes(root) > _MOST_SHAPES:
        raise UnusableMedia(f"{name} draws more than {_MOST_SHAPES} shapes: save it as a PNG")
    return root


def _clean(element: ElementTree.Element, name: str) -> None:
    tag = _local(element.tag)
    element.tag = f"{{{SVG}}}{tag}"
    for key in list(element.attrib):
        if key in _HREFS:
            _check_reference(element, key, name)
        elif key.startswith("{") or key.lower().startswith("on"):
            del element.attrib[key]
        else:
            _check_css(element.attrib[key], name)
    if tag == "style":
        _check_css(element.text or "", name)
    for child in list(element):
        if _local(child.tag) == "text" and any(text.strip() for text in child.itertext()):
            raise UnusableMedia(
                f"{name} has text in it, which would be drawn in another font here. Turn text to paths "
                "(outlines), or save the logo as a PNG"
            )
        if _is_shown(child):
            _clean(child, name)
        else:
            element.remove(child)


def _is_shown(element: ElementTree.Element) -> bool:
    space, _, tag = element.tag.rpartition("}")
    return space in {"", "{" + SVG} and tag in _SHOWN


def _check_reference(element: ElementTree.Element, key: str, name: str) -> None:
    """Keep a reference within the file and an embedded picture, drop a link, refuse the rest."""
    target = element.attrib[key].strip()
    tag = _local(element.tag)
    embedded = _EMBEDDED.match(target)
    if tag == "a":
        del element.attrib[key]
    elif tag in {"image", "feImage"} and embedded:
        _check_embedded(target[embedded.end() :], name)
    elif not target.startswith("#"):
        raise UnusableMedia(
            f"{name} refers to something outside of it ({target[:80]!r} in <{tag}>). Embed pictures as PNG "
            "or JPEG, or save the logo as a PNG"
        )


def _check_embedded(text: str, name: str) -> None:
    """resvg has no limit to the pictures it decodes."""
    try:
        with opened(io.BytesIO(base64.b64decode(text)), ["PNG", "JPEG"], f"a picture in {name}"):
            pass
    except (OSError, ValueError, SyntaxError, binascii.Error) as error:
        raise UnusableMedia(f"a picture embedded in {name} is neither PNG nor JPEG, or damaged") from error


def _check_css(text: str, name: str) -> None:
    """Raises UnusableMedia for what a style would load, even if escapes and comments hide it."""
    plain = _COMMENT.sub("", _ESCAPE.sub(_unescaped, text))
    outside = _URL.search(plain)
    if outside or "@import" in plain.lower():
        what = outside[1] if outside else "@import"
        raise UnusableMedia(
            f"{name} refers to something outside of it ({what[:80]!r} in a style). Turn text to paths and "
            "embed pictures, or save the logo as a PNG"
        )


def _unescaped(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return escape[2]
    code = int(escape[1], 16)
    return chr(code) if code <= 0x10FFFF else ""


def _shapes(root: ElementTree.Element) -> int:
    """How many elements are drawn once each `use` stands for its target; too many for a loop of them."""
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    known: dict[ElementTree.Element, int] = {}

    def count(element: ElementTree.Element) -> int:
        if element not in known:
            known[element] = _MOST_SHAPES + 1  # met again before it is counted: it stands within itself
            targets = [named[key] for key in _targets(element) if key in named]
            known[element] = 1 + sum(count(other) for other in [*element, *targets])
        return known[element]

    return count(root)


def _targets(element: ElementTree.Element) -> list[str]:
    if _local(element.tag) != "use":
        return []
    return [element.attrib[key].strip()[1:] for key in _HREFS if key in element.attrib]


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
