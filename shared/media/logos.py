"""Logos: a PNG, JPEG or SVG that somebody gave us becomes a plain PNG of ours."""

from __future__ import annotations

from pathlib import Path

from shared.media.apart import ask_apart
from shared.media.files import UnusableMedia

MOST_WIDTH, MOST_HEIGHT = 1200, 600
_MOST_MEGABYTES = 20
_CURE = "Save it as a PNG, JPEG or SVG"
_OTHERS = (
    (b"GIF8", "a GIF"),
    (b"\x1f\x8b", "a compressed SVG (SVGZ) or another archive"),
    (b"RIFF", "a WebP or another RIFF file"),
    (b"%PDF", "a PDF"),
    (b"%!PS", "an EPS"),
    (b"PK", "a ZIP archive"),
)


def make_logo(path: Path) -> bytes:
    """A PNG of at most 1200x600 pixels, 8 bits, sRGB, with alpha and without metadata.

    An SVG is drawn as large as fits; a larger picture is shrunk, a smaller one kept. Of an animation it is
    the first frame.

    Raises:
        UnusableMedia: says what is wrong with the file, and what would help.
        Retryable: the machine is too busy, or the system ended a process that reads it.
    """
    task = "shared.media.svg.draw" if image_kind(path) == "svg" else "shared.media.pictures.shrink"
    return ask_apart(task, path)


def make_picture(path: Path) -> bytes:
    """A PNG or JPEG that a scene is to show, as a plain PNG. Raises as `make_logo` does."""
    if image_kind(path) == "svg":
        raise UnusableMedia(f"the picture {path.name} is an SVG: save it as a PNG")
    return ask_apart("shared.media.pictures.shrink_to_scene", path)


def image_kind(path: Path) -> str:
    """ "png", "jpeg" or "svg", told by the first bytes. Raises UnusableMedia."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise UnusableMedia(f"the picture {path.name} can't be read: {error.strerror}") from error
    if not head:
        raise UnusableMedia(f"the picture {path.name} is empty")
    if size > _MOST_MEGABYTES * 1_000_000:
        raise UnusableMedia(
            f"the picture {path.name} has {size / 1e6:.0f} MB, at most {_MOST_MEGABYTES} can be used"
        )
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if _starts_like_xml(head):
        return "svg"
    for start, name in _OTHERS:
        if head.startswith(start):
            raise UnusableMedia(f"the picture {path.name} is {name}. {_CURE}")
    raise UnusableMedia(f"the picture {path.name} is neither PNG, JPEG nor SVG. {_CURE}")


def _starts_like_xml(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe<\0", b"\xfe\xff\0<")):
        return True
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
