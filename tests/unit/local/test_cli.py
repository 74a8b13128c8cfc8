"""What the command takes, and what it makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local import cli
from shared.scripting import Brand
from shared.videos import VideoRequest
from shared.voice import VoiceSettings

LEAD = ("make", "--name", "Ana", "--company", "Acme")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The fields that `leadreel make` was about to make a video of."""
    asked: list[dict[str, Any]] = []

    async def make_video(settings: object, fields: dict[str, Any], **_: object) -> int:
        asked.append(fields)
        return 0

    monkeypatch.setattr("local.make.make_video", make_video)
    return asked


def request_of(made: list[dict[str, Any]]) -> VideoRequest:
    (fields,) = made
    return VideoRequest.parse(**fields | {"url": "https://acme.example"})


def test_without_options_it_is_the_request_with_its_defaults(made: list[dict[str, Any]]) -> None:
    assert cli.main(LEAD) == 0
    assert request_of(made) == VideoRequest(url="https://acme.example", name="Ana", company="Acme")


def test_every_option_of_the_script_and_the_voice_is_handed_on(
    made: list[dict[str, Any]], tmp_path: Path
) -> None:
    brand = tmp_path / "brand.json"
    brand.write_text(json.dumps({"tone": "warm", "use": ["panel"], "avoid": ["cheap", "guru"]}))
    options = (
        "--language", "ES", "--audience", "heads of sales", "--brand", str(brand), "--ai-model", "gpt-4o",
        "--campaign", "--voice", "technical", "--stability", "0", "--similarity-boost", "0.75",
        "--voice-style", "1",
    )  # fmt: skip
    assert cli.main([*LEAD, *options]) == 0
    request = request_of(made)
    assert (request.language, request.target_audience) == ("es", "heads of sales")
    assert request.brand == Brand(tone="warm", use=("panel",), avoid=("cheap", "guru"))
    assert (request.ai_model, request.script_mode, request.voice_preset) == (
        "gpt-4o",
        "campaign",
        "technical",
    )
    assert request.voice_settings == VoiceSettings(stability=0, similarity_boost=0.75, style=1)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--language", "spanish"), "--language: 'spanish' is no ISO 639-1 code, such as en or es"),
        (("--language", "e1"), "--language: 'e1' is no ISO 639-1 code"),
        (("--voice", "bass"), "--voice: invalid choice: 'bass'"),
        (("--stability", "1.1"), "--stability: must be a number from 0 to 1, not '1.1'"),
        (("--similarity-boost", "nan"), "--similarity-boost: must be a number from 0 to 1, not 'nan'"),
        (("--voice-style", "loud"), "--voice-style: must be a number from 0 to 1, not 'loud'"),
        (("--brand", "none.json"), "the brand none.json can't be read: No such file or directory"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    options: tuple[str, str],
    reason: str,
    made: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = cli.main([*LEAD, *options])
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    assert (code, said.out, made) == (1, "", [])
    assert reason in said.err
    assert len(said.err.splitlines()) == 1
