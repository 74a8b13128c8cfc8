"""The benchmark's table: medians, paired ratios, goals said as they are, and other text left alone."""

from __future__ import annotations

import pytest

from bench.goals import judge
from bench.matching import Match
from bench.measure import Usage
from bench.quality import Quality, Timeline
from bench.report import put, render
from bench.results import Attempt, Result, ratios

TRUE = Match(offset=0, moving=90, wrong=0, dropped=0, repeated=0)


def result(
    key: str,
    walls: list[float],
    *,
    cpu: float = 8.0,
    memory: float = 700.0,
    frames: int = 300,
    constant: bool = True,
    vmaf: float = 95.0,
    match: Match = TRUE,
    seconds: int = 10,
) -> Result:
    attempts = [Attempt(Usage(wall, cpu, 0.0), Timeline(frames, 30.0, constant)) for wall in walls]
    return Result(key, key.title(), seconds, attempts, memory, Quality(vmaf, vmaf - 2, match))


def verdicts(results: list[Result]) -> dict[str, bool | None]:
    return {goal.text: goal.met for goal in judge(results)}


def test_one_slow_run_does_not_move_the_median() -> None:
    ours = result("ours", [4.0, 40.0, 5.0])
    assert (ours.wall, ours.speed) == (5.0, 2.0)


def test_ratios_pair_the_runs_of_a_round() -> None:
    ours, theirs = result("ours", [4.0, 40.0, 5.0]), result("remotion", [16.0, 160.0, 20.0], cpu=32.0)
    assert ratios(ours, theirs) == (0.25, 0.25)


def test_goals_are_measured_against_the_faster_peer() -> None:
    slow, fast = result("remotion", [15.0]), result("hyperframes", [12.0], cpu=16.0)
    met = verdicts([result("ours", [4.1]), slow, fast])
    assert met["wall time at most 1/3 of Hyperframes's, going for 1/5"] is False
    assert met["CPU time at most 1/2 of Hyperframes's"] is True


def test_a_goal_missed_is_said() -> None:
    bad = Match(offset=0, moving=90, wrong=3, dropped=1, repeated=2)
    ours = result("ours", [4.0], memory=1200.0, frames=299, constant=False, vmaf=90.0, match=bad)
    met = verdicts([ours, result("hyperframes", [13.0], cpu=16.0), result("long", [30.0], seconds=60)])
    assert [text for text, reached in met.items() if reached is False] == [
        "300 frames at constant 30 fps",
        "VMAF no lower than Hyperframes's",
        "no frame dropped or repeated where the page moves",
        "peak memory under 1 GB",
        "a 60-second scroll-and-hold tour at 3 × real time",
    ]


def test_what_did_not_run_is_in_the_table_and_its_goals_are_open() -> None:
    broken = Result("hyperframes", "HyperFrames", 10, error="no | network\nat all")
    text = render([result("ours", [4.0]), broken], judge([result("ours", [4.0]), broken]), **CONTEXT)
    assert "| HyperFrames | did not run: no \\| network at all |" in text
    assert "not measured" in text


def test_every_row_has_every_column() -> None:
    broken = Result("remotion", "Remotion", 10, error="broken")
    results = [result("ours", [4.0]), result("hyperframes", [12.0]), broken]
    table = render(results, [], **CONTEXT).split("\n\n")[1].splitlines()
    assert len({line.replace("\\|", "").count("|") for line in table}) == 1


def test_the_page_keeps_its_other_text() -> None:
    page = "# Title\n<!-- a: begin -->\nold\n<!-- a: end -->\nmore\n"
    once = put(page, "a", "new\n")
    assert once == "# Title\n<!-- a: begin -->\n\nnew\n\n<!-- a: end -->\nmore\n"
    assert put(once, "a", "new\n") == once
    with pytest.raises(ValueError, match="b: begin"):
        put(page, "b", "new")


CONTEXT = {"date": "2026-01-01", "machine": "2 cores", "versions": {"Chromium": "1"}}
