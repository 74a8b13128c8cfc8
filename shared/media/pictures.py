"""PNG and JPEG, read by Pillow. Only for a process inside walls (`shared.media.apart`)."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import IO

from PIL import Image, ImageCms

from shared.media.files import UnusableMedia
from shared.media.logos import MOST_HEIGHT, MOST_WIDTH, image_kind

MOST_MEGAPIXELS = 50
MOST_SIDE = 20_000
SCENE_SIDE = 2560

_DAMAGE = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, struct.error, zlib.error)
"""What Pillow raises over damaged files."""

_MATCHED = ("RGB", "RGBA", "L", "CMYK")
_ORIENTATION = 0x0112
_TURNS = range(5, 9)  # EXIF orientations that swap width and height
_TURN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def shrink(path: Path) -> bytes:
    """A logo as a PNG that fits MOST_WIDTH x MOST_HEIGHT. Raises UnusableMedia."""
    return _fitted(path, (MOST_WIDTH, MOST_HEIGHT))


def shrink_to_scene(path: Path) -> bytes:
    """A picture as a PNG that fits the largest scene. Raises UnusableMedia."""
    return _fitted(path, (SCENE_SIDE, SCENE_SIDE))


def _fitted(path: Path, box: tuple[int, int]) -> bytes:
    kind = image_kind(path)
    try:
        with opened(path, [kind.upper()], f"the picture {path.name}") as image:
            turn = _orientation(image)
            smooth = image if kind == "jpeg" else _smooth(image)  # a JPEG is shrunk while it is decoded
            smooth.thumbnail(box[::-1] if turn in _TURNS else box)
            return plain_png(_in_srgb(_upright(smooth, turn)), path.name)
    except _DAMAGE as error:
        raise UnusableMedia(f"the picture {path.name} is damaged: save it anew as a PNG") from error


def opened(source: Path | IO[bytes], formats: list[str], name: str) -> Image.Image:
    """A picture of which only the header is read. Raises UnusableMedia if it isn't worth its decoding."""
    Image.MAX_IMAGE_PIXELS = None  # Pillow's limit warns first; ours says what would help
    image = Image.open(source, formats=formats)
    width, height = image.size
    if max(width, height) > MOST_SIDE or width * height > MOST_MEGAPIXELS * 1_000_000:
        raise UnusableMedia(
            f"{name} is {width}x{height} pixels: at most {MOST_MEGAPIXELS} megapixels and {MOST_SIDE} pixels "
            "on a side can be read. Save it smaller"
        )
    return image


def plain_png(image: Image.Image, name: str) -> bytes:
    """The picture alone, with nothing that its file said beside. Raises UnusableMedia if it shows nothing."""
    plain = image.convert("RGBA")
    plain.info.clear()
    lowest, highest = plain.getchannel("A").getextrema()
    if highest == 0:
        raise UnusableMedia(f"the logo {name} shows nothing: all of it is transparent")
    buffer = io.BytesIO()
    (plain if lowest != 255 else plain.convert("RGB")).save(buffer, "PNG")
    return buffer.getvalue()


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except _DAMAGE:
        return 1
    return found if isinstance(found, int) else 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURN.get(orientation)
    return image if turn is None else image.transpose(turn)


def _smooth(image: Image.Image) -> Image.Image:
    """A mode whose pixels can be averaged, eight bits a channel."""
    if image.mode.startswith("I"):  # 16 bits of grey
        return image.convert("I").point(lambda value: value / 257).convert("L")
    return image if image.mode in _MATCHED else image.convert("RGBA")


def _in_srgb(image: Image.Image) -> Image.Image:
    """RGB or RGBA. A colour profile that can't be read counts as none."""
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    plain = _matched(image.convert("RGB") if alpha else image, image.info.get("icc_profile"))
    if alpha:
        plain.putalpha(alpha)
    return plain


def _matched(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            found = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, *_DAMAGE):
            found = None
        if found is not None:
            return found
    one_is_transparent = image.mode in {"L", "RGB"} and "transparency" in image.info
    return image.convert("RGBA" if one_is_transparent else "RGB")
