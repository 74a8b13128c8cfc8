"""What stands around the product: the doctor and the Makefile, on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from local.doctor import doctor, missing
from shared.settings import Settings

ROOT = Path(__file__).parents[3]


def test_the_doctor_finds_all_it_needs_where_tests_run(tmp_path: Path) -> None:
    findings = doctor(Settings(leadreel_home=tmp_path / "home", chromium_path=None))
    assert missing(findings) == []
    assert not (tmp_path / "home").exists()


def test_the_doctor_tells_of_what_does_not_run(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\necho error while loading shared libraries: libnss3.so >&2\nexit 127\n")
    program.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(leadreel_home=tmp_path, chromium_path=program, port=taken.getsockname()[1])
        findings = {finding.name: finding for finding in doctor(settings)}
    assert "libnss3.so" in findings["Chromium"].found
    assert not findings["Port"].ok


@pytest.mark.parametrize(
    "name",
    [
        "Ana Silva",
        "",
        "-x",
        'it\'s "Ana"',
        "$HOME $$ ${x} $(shell echo no) `id`",
        "a\\ \\n # 100% & ; | < > *",
        "李 😀\nعربي",
    ],
)
def test_make_demo_hands_on_whatever_it_is_given(name: str, tmp_path: Path) -> None:
    command = tmp_path / "leadreel"
    command.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    command.chmod(0o755)
    url = "https://example.com/?a=1&b=$c#'d'"
    line = [
        "make",
        "-s",
        "-o",
        "setup",
        "-o",
        "browser",
        "demo",
        f"BIN={tmp_path}",
        f"NAME={name}",
        f"URL={url}",
    ]
    alone = {name: value for name, value in os.environ.items() if "MAKE" not in name}  # we may be under make
    done = subprocess.run(line, cwd=ROOT, env=alone, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split("\0") == ["make", f"--url={url}", f"--name={name}", "--company=Acme", ""]
