from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from local.doctor import Finding, judge, missing, table
from local.machine_parts import Machine, Tried, find_fonts, find_keys
from shared.settings import Settings

GOOD = Machine(
    python=(3, 11, 2),
    chromium=Tried(True, "Chromium 156.0.1"),
    driver=Tried(True, "v26.13.1"),
    fonts={"Noto Sans": True, "Noto Sans CJK": True},
    ffmpeg=Tried(True, "ffmpeg version 9.0 Copyright (c) 2000-2026\nconfiguration: --enable-libx264"),
    postgres=Tried(True, "postgres (PostgreSQL) 18.4"),
    voice=Tried(True, "espeak-ng 1.52.0"),
    player=Tried(True, "hls.js 1.6.19"),
    vendor_voices=None,
    runtime_client=Tried(True, "awslambdaric 4.2.2"),
    home=Path("/home/ana/.local/share/leadreel"),
    home_writable=True,
    free_bytes=80 * 10**9,
    port=8000,
    port_served=False,
    port_refused="",
    keys={"ELEVENLABS_API_KEY": False, "OTHER_API_KEY": True},
)


def found(machine: Machine, name: str) -> Finding:
    return next(finding for finding in judge(machine) if finding.name == name)


def test_nothing_is_missing_on_a_good_machine() -> None:
    assert missing(judge(GOOD)) == []
    assert found(GOOD, "FFmpeg").found == "ffmpeg version 9.0"
    assert found(GOOD, "Port").found == "8000, free"
    assert found(GOOD, "ELEVENLABS_API_KEY").found == "not set: the offline voice speaks"
    assert found(GOOD, "OTHER_API_KEY").found == "set"


BROKEN = Tried(False, "it is gone\nfor good")


@pytest.mark.parametrize(
    ("machine", "name", "found_text", "cure"),
    [
        (replace(GOOD, python=(3, 10, 9)), "Python", "3.10.9", "PYTHON="),
        (replace(GOOD, chromium=BROKEN), "Chromium", "it is gone for good", "make browser"),
        (replace(GOOD, driver=BROKEN), "Browser driver", "it is gone", "make browser"),
        (replace(GOOD, fonts={"A": True, "B": False}), "Fonts", "without B, some", "make browser"),
        (replace(GOOD, ffmpeg=BROKEN), "FFmpeg", "it is gone for good", "make clean setup"),
        (replace(GOOD, ffmpeg=Tried(True, "ffmpeg 9")), "FFmpeg", "without libx264", "IMAGEIO_FFMPEG_EXE"),
        (replace(GOOD, postgres=BROKEN), "Postgres", "it is gone", "make clean setup"),
        (replace(GOOD, voice=BROKEN), "Offline voice", "it is gone", "make clean setup"),
        (replace(GOOD, vendor_voices=BROKEN), "Voices", "it is gone for good", "leadreel voices"),
        (replace(GOOD, runtime_client=BROKEN), "Lambda runtime", "it is gone", "make clean setup"),
        (replace(GOOD, home_writable=False), "Home folder", "can't be written to", "LEADREEL_HOME"),
        (replace(GOOD, free_bytes=10**9), "Disk", "1.0 GB free, 2 GB are needed", "make room"),
    ],
)
def test_what_is_missing_is_named_with_its_cure(
    machine: Machine, name: str, found_text: str, cure: str
) -> None:
    (finding,) = missing(judge(machine))
    assert finding.name == name
    assert found_text in finding.found
    assert cure in finding.cure


def test_a_busy_port_does_not_stop_videos() -> None:
    busy = replace(GOOD, port_refused="port 8000 is used by another program")
    assert missing(judge(busy)) == []
    assert found(busy, "Port") == Finding(
        "Port", False, busy.port_refused, "make up PORT=8001, or any other", False
    )
    assert found(replace(GOOD, port_served=True), "Port").found == "8000, served by Leadreel"


def test_a_missing_player_does_not_stop_videos() -> None:
    without = replace(GOOD, player=Tried(False, "hls.js is not installed"))
    assert missing(judge(without)) == []
    finding = found(without, "HLS player")
    assert (finding.ok, finding.cure) == (False, "make setup, where npm's registry can be reached")
    assert finding.found.startswith("hls.js is not installed; Safari plays")


def test_a_vendor_out_of_reach_does_not_stop_videos() -> None:
    away = replace(GOOD, vendor_voices=Tried(False, "ElevenLabs can't be reached", sure=False))
    assert missing(judge(away)) == []
    assert found(away, "Voices") == Finding("Voices", False, "ElevenLabs can't be reached", needed=False)
    assert "Voices" not in {finding.name for finding in judge(GOOD)}


def test_a_key_says_what_it_brings() -> None:
    with_keys = replace(GOOD, keys={"ELEVENLABS_API_KEY": True, "OPENROUTER_API_KEY": True})
    assert found(with_keys, "ELEVENLABS_API_KEY").found == "set: ElevenLabs speaks"
    assert found(with_keys, "OPENROUTER_API_KEY").found == "set: OpenRouter's models write the scripts"


def test_the_table_puts_the_cure_below_what_is_missing() -> None:
    text = table([Finding("Fonts", True, "Noto"), Finding("Voice", False, "gone", "get one")])
    assert text == "ok       Fonts  Noto\nMISSING  Voice  gone\n                to get it: get one"
    assert table([Finding("Key", False, "not set", needed=False)]) == "note     Key  not set"


def test_fonts_are_found_by_their_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "NotoSans-Regular.ttf").touch()
    (tmp_path / "NotoSansMono-Bold.ttf").touch()
    wanted = {"Noto Sans": True, "Noto Sans CJK": False, "Noto Color Emoji": False}
    assert find_fonts([tmp_path, tmp_path / "none"]) == wanted
    (tmp_path / "NotoSansCJK-Regular.ttc").touch()
    (tmp_path / "NotoColorEmoji.ttf").touch()
    assert all(find_fonts([tmp_path]).values())


def test_keys_are_named_and_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # no .env here
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    monkeypatch.setenv("ELEVENLABS_API_KEY", "sk-very-secret")
    keys = find_keys(Settings())
    assert keys["ELEVENLABS_API_KEY"] is True
    assert keys["OPENROUTER_API_KEY"] is False
    assert "sk-very-secret" not in table(judge(replace(GOOD, keys=keys)))
