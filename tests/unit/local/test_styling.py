"""The options of a video's looks, as the fields of a Styling."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from local.styling import add_styling, read_styling
from shared.composition import Branding, IntroOptions, Styling
from shared.composition.cards import WrongCard
from shared.media.files import UnusableMedia
from shared.storage import FileStorage

WORKSPACE = 7


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path / "storage")


def styling(storage: FileStorage, *options: str) -> Styling:
    parser = argparse.ArgumentParser()
    add_styling(parser.add_argument_group("looks"))
    return Styling.model_validate(read_styling(parser.parse_args(options), storage, WORKSPACE))


def png(path: Path) -> Path:
    Image.fromarray(np.full((40, 120, 3), (20, 90, 200), np.uint8)).save(path)
    return path


def test_without_options_it_is_the_default(storage: FileStorage) -> None:
    assert styling(storage) == Styling()
    assert [*storage.keys("")] == []


def test_every_option_is_handed_on(storage: FileStorage) -> None:
    asked = styling(
        storage,
        "--quality", "ultra", "--template", "letter", "--intro-text", "Five minutes", "--logo-position",
        "top-left", "--primary-color", "#112233", "--accent-color", "#AABBCC", "--font", "DejaVu Sans",
        "--transition", "fade", "--captions", "burned", "--versions", "720p, 480p",
    )  # fmt: skip
    assert asked == Styling(
        quality="ultra",
        quality_versions=("720p", "480p"),
        branding=Branding(
            template="letter", logo_position="top-left", primary_color="#112233", accent_color="#AABBCC",
            font="DejaVu Sans",
        ),
        intro=IntroOptions(text="Five minutes"),
        transition="fade",
        captions="burned",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("versions", "heights"), [("none", ()), ("1080p", (1080,)), ("480p,1080p", (480, 1080))]
)
def test_sizes_are_named_or_none(storage: FileStorage, versions: str, heights: tuple[int, ...]) -> None:
    assert styling(storage, "--versions", versions).heights == heights


def test_an_intro_can_be_left_out(storage: FileStorage) -> None:
    assert not styling(storage, "--no-intro").intro.enabled


def test_files_are_kept_by_content_and_named_by_key(storage: FileStorage, tmp_path: Path) -> None:
    logo, page = png(tmp_path / "logo.png"), png(tmp_path / "page.PNG")
    intro = tmp_path / "intro.html"
    intro.write_text("<p>Hi {name}</p>")
    options = ("--logo", str(logo), "--intro-template", str(intro), "--show", f"demo={page}")
    asked = styling(storage, *options, "--show", f"proof={page}")
    assert asked.branding.logo_path is not None and asked.branding.intro_path is not None
    assert storage.get(asked.branding.intro_path) == b"<p>Hi {name}</p>"
    assert [insert.scene_type for insert in asked.inserts] == ["demo", "proof"]
    assert asked.inserts[0].media_path == asked.inserts[1].media_path
    keys = [*storage.keys("")]
    assert all(key.startswith(f"uploads/{WORKSPACE}/") for key in keys)
    assert styling(storage, *options, "--show", f"proof={page}") == asked
    assert [*storage.keys("")] == keys


@pytest.mark.parametrize("option", ["--logo", "--music", "--show"])
@pytest.mark.parametrize("content", [b"", b"no media at all", b"\x89PNG\r\n\x1a\n but then nothing"])
def test_a_file_that_is_no_media_is_refused(
    storage: FileStorage, tmp_path: Path, option: str, content: bytes
) -> None:
    file = tmp_path / "given"
    file.write_bytes(content)
    with pytest.raises(UnusableMedia):
        styling(storage, option, f"demo={file}" if option == "--show" else str(file))
    assert [*storage.keys("")] == []


def test_a_template_that_is_no_text_or_too_large_is_refused(storage: FileStorage, tmp_path: Path) -> None:
    file = tmp_path / "intro.html"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UnusableMedia, match=r"intro\.html can't be read as UTF-8"):
        styling(storage, "--intro-template", str(file))
    file.write_text("x" * 2_000_001)
    with pytest.raises(WrongCard):
        styling(storage, "--outro-template", str(file))
