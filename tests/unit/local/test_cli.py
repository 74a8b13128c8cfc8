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
    """The fields of each video that `leadreel make` was about to make."""
    asked: list[dict[str, Any]] = []

    async def make_videos(settings: object, leads: list[dict[str, Any]], *_: object, **__: object) -> int:
        asked.extend(leads)
        return 0

    monkeypatch.setattr("local.make.make_videos", make_videos)
    return asked


def request_of(made: list[dict[str, Any]]) -> VideoRequest:
    (fields,) = made
    return VideoRequest.parse(**fields | {"url": "https://acme.example"})


def test_without_options_it_is_the_request_with_its_defaults(made: list[dict[str, Any]]) -> None:
    assert cli.main(LEAD) == 0
    assert request_of(made) == VideoRequest(url="https://acme.example", name="Ana", company="Acme")


def test_a_list_of_leads_is_a_request_each_with_what_is_asked_of_all(
    made: list[dict[str, Any]], tmp_path: Path
) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_text("name,company,industry\nAna,Acme,robots\nBen,Bolt,\n")
    assert cli.main(["make", "--leads", str(leads), "--duration", "20", "--email", "us@example.com"]) == 0
    one, two = (VideoRequest.parse(**fields | {"url": "https://acme.example"}) for fields in made)
    assert [(lead.name, lead.company, lead.industry) for lead in (one, two)] == [
        ("Ana", "Acme", "robots"),
        ("Ben", "Bolt", None),
    ]
    assert one.duration_seconds == two.duration_seconds == 20


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
        (("--versions", "720p,4k"), "--versions: no such size: 4k; there are 1080p, 720p, 480p"),
        (("--show", "intro=a.png"), "--show: 'intro=a.png' is not demo=FILE, feature=FILE or proof=FILE"),
        (("--show", "demo="), "--show: 'demo=' is not demo=FILE"),
        (("--show", "demo"), "--show: 'demo' is not demo=FILE"),
        (("--template", "nice"), "--template: invalid choice: 'nice'"),
        (("--transition", "wipe"), "--transition: invalid choice: 'wipe'"),
        (("--leads", "none.csv"), "--leads has the names and companies: leave out --name and --company"),
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
    assert refused([*LEAD, *options], capsys, reason)
    assert made == []


def refused(command: list[str], capsys: pytest.CaptureFixture[str], reason: str) -> bool:
    """Whether a command ends with code 1 and nothing but one line that has the reason."""
    try:
        code = cli.main(command)
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert reason in said.err
    assert len(said.err.splitlines()) == 1
    return True


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "leadreel: for whom is it? Give --name and --company, or --leads FILE"),
        (("--name", "Ana"), "leadreel: company: must not be empty"),
        (("--company", "Acme"), "leadreel: name: must not be empty"),
        (("--name", " ", "--company", "Acme"), "leadreel: name: must not be empty"),
        (("--leads", "none.csv"), "leadreel: none.csv can't be read as CSV in UTF-8:"),
        (("--leads", "wrong.csv"), "leadreel: Ben: email: value is not a valid email address"),
    ],
)
def test_who_it_is_for_is_asked_before_anything_starts(
    options: tuple[str, ...],
    reason: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADREEL_HOME", str(tmp_path / "home"))
    (tmp_path / "wrong.csv").write_text("name,company,email\nAna,Acme,a@example.com\nBen,Bolt,ben\n")
    assert refused(["make", *options], capsys, reason)
    assert not (tmp_path / "home").exists()


def test_an_id_to_delete_is_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(["delete", "first"], capsys, "leadreel: argument ID: invalid int value: 'first'")
    assert refused(["delete"], capsys, "leadreel: the following arguments are required: ID")
