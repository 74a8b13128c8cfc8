"""Logos become plain PNGs."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from shared.media.logos import make_logo
from tests.support.bad_media.bad_logos import encoded, svg

RED = (255, 0, 0)


def logo(folder: Path, content: bytes) -> Image.Image:
    (folder / "logo").write_bytes(content)
    made = make_logo(folder / "logo")
    assert made.count(b"IDAT") == 1 and b"iCCP" not in made and b"eXIf" not in made and b"tEXt" not in made
    return Image.open(io.BytesIO(made))


@pytest.mark.parametrize(
    ("given", "size", "color"),
    [
        (Image.new("RGBA", (3000, 1000), (*RED, 128)), (1200, 400), (*RED, 128)),
        (Image.new("RGBA", (300, 100), (*RED, 128)).quantize(), (300, 100), (*RED, 128)),
        (Image.new("L", (600, 1200), 99), (300, 600), (99, 99, 99)),
        (Image.new("I;16", (30, 10), 0x8080), (30, 10), (128, 128, 128)),
        (Image.new("1", (30, 10), 1), (30, 10), (255, 255, 255)),
    ],
)
def test_pngs(given: Image.Image, size: tuple[int, int], color: tuple[int, ...], tmp_path: Path) -> None:
    found = logo(tmp_path, encoded(given, "PNG", dpi=(72, 72)))
    assert found.size == size
    assert found.getpixel((5, 5)) == color


def test_a_jpeg_that_lies_on_its_side(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    given = Image.new("RGB", (400, 200), "#00f")
    given.paste(RED, (0, 0, 200, 200))
    found = logo(tmp_path, encoded(given, "JPEG", exif=exif))
    assert found.size == (200, 400)
    assert np.abs(np.subtract(found.getpixel((100, 50)), RED)).max() < 4  # type: ignore[arg-type]


def test_a_jpeg_for_print(tmp_path: Path) -> None:
    found = logo(tmp_path, encoded(Image.new("CMYK", (90, 40), (0, 255, 255, 0)), "JPEG"))
    assert np.abs(np.subtract(found.getpixel((45, 20)), RED)).max() < 4  # type: ignore[arg-type]


def test_colors_are_brought_to_srgb(tmp_path: Path) -> None:
    ours = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = ours.replace(b"rXYZ", b"?XYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"?XYZ", b"gXYZ", 1)
    for mode, red, green in (("RGB", RED, (0, 255, 0)), ("RGBA", (*RED, 9), (0, 255, 0, 9))):
        given = encoded(Image.new(mode, (9, 9), red), "PNG", icc_profile=swapped)
        assert logo(tmp_path, given).getpixel((4, 4)) == green


def test_the_first_picture_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 20), color) for color in (RED, (0, 0, 255))]
    found = logo(tmp_path, encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]))
    assert found.getpixel((9, 9)) == RED and getattr(found, "n_frames", 1) == 1


def test_a_drawing_is_as_large_as_fits(tmp_path: Path) -> None:
    circle = "<circle cx='50' cy='50' r='50' fill='red' onclick='x()'/><script>x()</script>"
    found = logo(
        tmp_path, svg(circle, "<?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'>")
    )
    assert found.size == (600, 600)
    assert found.getpixel((300, 300)) == (*RED, 255) and found.getpixel((5, 5)) == (0, 0, 0, 0)


def test_a_drawing_in_another_encoding(tmp_path: Path) -> None:
    text = svg("<title>Ä</title><rect width='100' height='100' fill='red'/>").decode()
    assert logo(tmp_path, text.encode("utf-16")).getpixel((9, 9)) == RED
