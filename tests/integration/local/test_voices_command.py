"""`leadreel voices` and the doctor's look at them, against the vendor's wire form and offline."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local import machine_parts
from local.doctor import Finding, doctor, table
from local.voices import show_voices
from shared.settings import Settings
from tests.support.vendors import VendorServer

PRESETS = ["professional_male", "professional_female", "casual_male", "casual_female", "technical"]
RACHEL, SARAH = "21m00Tcm4TlvDq8ikWAM", "EXAVITQu4vr4xnSDxMaL"
VOICES = {
    RACHEL: "Rachel",
    SARAH: "Sarah",
    "TxGEqnHWrfWFTfGW9XjX": "Josh",
    "jsCqWAovK2LkecY7zXl4": "Freya",
    "pNInz6obpgDQGcFmaJgB": "Adam",
}
KEY = "key-canary"


def settings(vendors: VendorServer, home: Path, **values: Any) -> Settings:
    fixed: dict[str, Any] = {
        "leadreel_home": home,
        "elevenlabs_api_key": KEY,
        "elevenlabs_base_url": vendors.elevenlabs_url,
        "aws_s3_bucket": None,
    }
    return Settings(**fixed | values, _env_file=None)


def run_voices(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command in a folder of its own, where nothing else of the product is."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LEADREEL_HOME": str(home / "home"), **more}
    return subprocess.run(
        [sys.executable, "-m", "local.cli", "voices", *arguments],
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)}, cwd=home,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_offline_every_preset_has_its_voice(tmp_path: Path) -> None:
    done = run_voices(tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert [one["preset"] for one in said["presets"]] == PRESETS
    assert all(one["known"] for one in said["presets"])
    assert {one["voice_id"] for one in said["presets"]} == {one["voice_id"] for one in said["voices"]}
    assert not (tmp_path / "home").exists()  # nothing of the rest was started


def test_the_command_asks_the_vendor(vendors: VendorServer, tmp_path: Path) -> None:
    vendors.elevenlabs.voices = dict(VOICES)
    keys = {"ELEVENLABS_API_KEY": KEY, "ELEVENLABS_BASE_URL": vendors.elevenlabs_url}
    done = run_voices(tmp_path, **keys, VOICE_CASUAL_MALE="nobody")
    assert (done.returncode, done.stderr) == (1, "")
    assert f"  {SARAH}  Sarah\n" in done.stdout
    assert "  ok       professional_male    Rachel\n" in done.stdout
    cure = "  unknown  casual_male          nobody: set VOICE_CASUAL_MALE to the id of a voice above\n"
    assert cure in done.stdout
    vendors.elevenlabs.refused_keys.add(KEY)
    refused = run_voices(tmp_path, "--json", **keys)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("leadreel: ElevenLabs refused the key; check ELEVENLABS_API_KEY.")
    assert len(refused.stderr.splitlines()) == 1
    assert KEY not in done.stdout + refused.stderr


@pytest.mark.parametrize(
    ("values", "first", "unknown"),
    [
        ({}, (RACHEL, "Rachel"), []),
        ({"elevenlabs_voice_id": SARAH}, (SARAH, "Sarah"), []),
        ({"elevenlabs_voice_name": "sarah"}, (SARAH, "Sarah"), []),
        ({"elevenlabs_voice_id": "gone"}, ("gone", None), PRESETS),
        ({"elevenlabs_voice_name": "Bob"}, (None, "Bob"), PRESETS),
        ({"elevenlabs_voice_id": "gone", "voice_professional_male": SARAH}, (SARAH, "Sarah"), PRESETS[1:]),
        ({"voice_technical": "gone"}, (RACHEL, "Rachel"), ["technical"]),
    ],
)
async def test_a_presets_voice_is_the_one_that_would_speak(
    values: dict[str, str],
    first: tuple[str | None, str | None],
    unknown: list[str],
    vendors: VendorServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    vendors.elevenlabs.voices = dict(VOICES)
    code = await show_voices(settings(vendors, tmp_path, **values), as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["voices"] == [{"voice_id": one, "name": name} for one, name in VOICES.items()]
    assert all(set(one) == {"preset", "voice_id", "name", "known"} for one in said["presets"])
    assert (said["presets"][0]["voice_id"], said["presets"][0]["name"]) == first
    assert [one["preset"] for one in said["presets"] if not one["known"]] == unknown
    assert code == bool(unknown)
    assert vendors.elevenlabs.charges == 0


async def test_a_voice_that_the_vendor_no_longer_lists_is_asked_for(
    vendors: VendorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vendors.elevenlabs.voices = dict(VOICES)
    vendors.elevenlabs.unlisted = {RACHEL}
    assert await show_voices(settings(vendors, tmp_path), as_json=False) == 0
    said = capsys.readouterr().out
    assert RACHEL not in said
    assert "  ok       professional_male    Rachel\n" in said


async def test_a_name_that_no_voice_has_names_its_setting(
    vendors: VendorServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vendors.elevenlabs.voices = dict(VOICES)
    asked = settings(vendors, tmp_path, elevenlabs_voice_name="Bob", voice_technical=SARAH)
    assert await show_voices(asked, as_json=False) == 1
    said = capsys.readouterr().out
    assert said.count(": set ELEVENLABS_VOICE_NAME to the name of a voice above") == 4
    assert "  ok       technical            Sarah" in said


def voices_line(asked: Settings) -> Finding:
    findings = doctor(asked)
    assert KEY not in table(findings)
    return next(finding for finding in findings if finding.name == "Voices")


def test_the_doctor_looks_for_the_voices(vendors: VendorServer, tmp_path: Path) -> None:
    vendors.elevenlabs.voices = dict(VOICES)
    assert voices_line(settings(vendors, tmp_path)).ok
    wrong = voices_line(settings(vendors, tmp_path, elevenlabs_voice_id="gone"))
    assert (wrong.ok, wrong.needed) == (False, True)
    assert wrong.found == "ElevenLabs doesn't know the voice of ELEVENLABS_VOICE_ID (gone)"
    vendors.elevenlabs.refused_keys.add(KEY)
    refused = voices_line(settings(vendors, tmp_path))
    assert (refused.ok, refused.needed) == (False, True)
    assert "check ELEVENLABS_API_KEY" in refused.found


def test_a_key_that_cannot_be_sent_is_not_shown(vendors: VendorServer, tmp_path: Path) -> None:
    line = voices_line(settings(vendors, tmp_path, elevenlabs_api_key="key-ö"))
    assert (line.ok, line.needed) == (False, True)
    assert "ELEVENLABS_API_KEY has a character that can't be sent" in line.found
    assert "ö" not in line.found and "xf6" not in line.found


def test_a_vendor_that_does_not_answer_is_a_warning(
    vendors: VendorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(machine_parts, "ASK_SECONDS", 1.0)
        hung = voices_line(settings(vendors, tmp_path, elevenlabs_base_url=address))
    away = voices_line(settings(vendors, tmp_path, elevenlabs_base_url=address))
    assert (hung.ok, hung.needed, hung.found) == (False, False, "ElevenLabs does not answer within 1 s")
    assert (away.ok, away.needed) == (False, False)
    assert "can't be reached" in away.found


def test_the_doctor_works_without_the_vendors_sdk(
    vendors: VendorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "elevenlabs.client", None)
    line = voices_line(settings(vendors, tmp_path))
    assert (line.ok, line.needed) == (False, True)
    assert "elevenlabs" in line.found
