"""Nearly a hundred bad files: each is refused or read within its time, and none reaches anything."""

from __future__ import annotations

import json
import re
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.bad_media.case import Bait
from tests.support.bad_media.rig import CASES, Outcome
from tests.support.bad_media.tracing import PROJECT, NoTracing, network_calls, opened_paths, traced

pytestmark = pytest.mark.timeout(1500)

_SUBTITLES = "1\n00:00:00,000 --> 00:00:02,000\nHello.\n"
_SYSTEM = ("/usr/", "/lib/", "/lib64/", "/etc/ld.so.", "/etc/localtime", "/proc/", "/sys/", "/dev/")


@dataclass(frozen=True)
class Run:
    folder: Path
    bait: Bait
    listener: socket.socket
    outcomes: dict[str, Outcome]
    trace: Path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("media")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        bait = Bait(f"http://127.0.0.1:{listener.getsockname()[1]}", folder / "secret.txt")
        bait.secret.write_text("a secret of ours")
        bait.secret.with_suffix(".srt").write_text(_SUBTITLES)
        for case in CASES.values():
            path = folder / "job" / case.name / case.file_name
            path.parent.mkdir(parents=True)
            path.write_bytes(case.content(bait))
        trace = folder / "trace"
        try:
            said = traced(trace, "tests.support.bad_media.rig", str(folder))
        except NoTracing as error:
            pytest.fail(str(error))
        (folder / "outcomes").write_text(said)  # the figures, for who wants to look at them
        outcomes = [Outcome(**json.loads(line)) for line in said.splitlines()]
        yield Run(folder, bait, listener, {outcome.name: outcome for outcome in outcomes}, trace)


@pytest.mark.parametrize("name", CASES)
def test_what_becomes_of_a_bad_file(run: Run, name: str) -> None:
    case, outcome = CASES[name], run.outcomes[name]
    assert not outcome.refusal.startswith("FAULT"), outcome.refusal
    if case.refusal:
        assert re.search(case.refusal, outcome.refusal), outcome.refusal
        assert str(run.folder / "job") not in outcome.refusal
        assert outcome.left == []
    else:
        assert outcome.refusal == ""
    assert outcome.seconds < 32  # the deadline, and the end of what it ended


def test_memory_stays_small(run: Run) -> None:
    assert max(outcome.peak_megabytes for outcome in run.outcomes.values()) < 1500


def test_nothing_that_a_file_names_was_opened(run: Run) -> None:
    opened = opened_paths(run.trace)
    files = [run.folder / "job" / case.name / case.file_name for case in CASES.values() if case.refusal == ""]
    assert {str(path) for path in files} <= opened  # so it would have been seen
    ours = (*_SYSTEM, f"{PROJECT}/", f"{sys.prefix}/", f"{sys.base_prefix}/", f"{run.folder}/job/")
    here = {str(PROJECT), tempfile.gettempdir(), *sys.path}
    strange = [path for path in opened if not path.startswith(ours) and path not in here and path != "."]
    assert [path for path in strange if Path(path).parent != Path(tempfile.gettempdir())] == []
    assert str(run.bait.secret) not in opened and run.bait.passwd not in opened


def test_nobody_was_called(run: Run) -> None:
    assert network_calls(run.trace) == []
    with pytest.raises(BlockingIOError):
        run.listener.accept()
