"""What the browser is told and what it may know."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.recording import NoBrowser, Viewport, find_chromium
from shared.recording.browser.chromium import browser_environment, browser_flags

PROFILE = Path("/profile")


def test_the_only_way_out_is_the_proxy() -> None:
    flags = browser_flags(PROFILE, 4321, Viewport(), sandbox=True)
    assert "--proxy-server=http://127.0.0.1:4321" in flags
    assert "--proxy-bypass-list=<-loopback>" in flags
    assert "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1" in flags
    assert "--user-data-dir=/profile" in flags


def test_the_sandbox_is_left_out_only_when_asked() -> None:
    assert "--no-sandbox" not in browser_flags(PROFILE, 1, Viewport(), sandbox=True)
    assert "--no-sandbox" in browser_flags(PROFILE, 1, Viewport(), sandbox=False)


def test_the_environment_is_scrubbed() -> None:
    ours = {"AWS_SECRET_ACCESS_KEY": "secret", "HOME": "/home/me", "FONTCONFIG_FILE": "/fonts.conf", "X": "y"}
    known = browser_environment(PROFILE, ours)
    assert known["FONTCONFIG_FILE"] == "/fonts.conf"
    assert known["HOME"] == "/profile"
    assert "secret" not in known.values()
    assert set(known) == {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "FONTCONFIG_FILE"}


def test_a_given_browser_is_used_or_refused(tmp_path: Path) -> None:
    program = tmp_path / "shell"
    with pytest.raises(NoBrowser, match="CHROMIUM_PATH"):
        find_chromium(program)
    program.touch(0o755)
    assert find_chromium(program) == program
