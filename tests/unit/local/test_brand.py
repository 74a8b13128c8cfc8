from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.brand import WrongBrand, read_brand
from shared.scripting import Brand


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "brand.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_what_is_left_out_is_empty(tmp_path: Path) -> None:
    assert read_brand(write(tmp_path, "{}")) == Brand()
    assert read_brand(write(tmp_path, '\ufeff{"tone": "warm\\n and plain"}')) == Brand(tone="warm and plain")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "is no JSON: Expecting property name"),
        (b"\xff\xfe{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ('["warm"]', "is no object with tone, use, avoid"),
        ('{"tone": 3}', "tone: must be text"),
        ('{"use": "panel"}', "use: must be a list"),
        ('{"use": ["panel", " "]}', "use 2: must not be empty"),
        ('{"avoid": [null]}', "avoid 1: must be text"),
        ('{"avoid": [{"word": "cheap"}]}', "avoid 1: must be text"),
        ('{"voice": "low"}', "voice: is not known; there are tone, use, avoid"),
        (json.dumps({"tone": "x" * 501}), "tone: must be no longer than 500"),
        (json.dumps({"use": ["a"] * 51}), "use: must be no longer than 50"),
    ],
)
def test_a_wrong_brand_names_the_file_and_the_field(
    content: str | bytes, reason: str, tmp_path: Path
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(WrongBrand) as caught:
        read_brand(path)
    text = str(caught.value)
    assert text.startswith(f"the brand {path}")
    assert reason in text
