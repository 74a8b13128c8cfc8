"""The composer's benchmark: shares within a round, goals said as they are, commands that ask all the same."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from bench.composing import marginal, tables
from bench.composing.campaign import Way
from bench.composing.goals import judge
from bench.composing.leads import LEADS, write_csv
from bench.composing.longest import Invoked, Longest, Scratch, reports, summed
from bench.composing.marginal import Round
from bench.composing.material import concat_list
from bench.composing.product import Making
from bench.measure import Usage
from bench.quality import Timeline
from bench.results import Attempt, Result
from shared.costs import InvocationReport


def making(wall: float, hls: int = 1000, **steps: float) -> Making:
    return Making(wall + 2, wall, wall * 2, hls, hls * 2, hls * 3, steps)


def cold(key: str, walls: list[float], cpu: float = 100.0) -> Result:
    attempts = [Attempt(Usage(wall, cpu, 0.0), Timeline(1800, 30.0, True)) for wall in walls]
    return Result(key, key.title(), 60, attempts, 500.0)


def played(*functions: Invoked) -> Longest:
    return Longest(making(700.0), functions)


def verdicts(
    results: list[Result], rounds: list[Round], longest: Longest | None
) -> dict[str, tuple[str, bool | None]]:
    goals = judge(results, rounds, longest, quality="high")
    return {goal.text: (goal.reached, goal.met) for goal in goals}


COLD = "cold, `high`: at most 1.3 × the time of one FFmpeg that encodes the same frames"
FIRST = "the first lead: at most 1.3 × the time of recording it and of a cold composing"
ONE_MORE = "one more lead: at most 1/10 of the pipeline's time for the first, going for 1/20"
BYTES = "one more lead: at most 15% of the first one's bytes of HLS"
INVOCATIONS = "ten minutes of video: every invocation under 5 minutes"
ROOM = "ten minutes of video: /tmp under 4 GB"


def test_a_share_is_formed_within_its_round() -> None:
    quick = Round(making(100.0), (making(5.0), making(6.0), making(90.0)))
    slow = Round(making(1000.0), (making(60.0), making(60.0), making(60.0)))
    assert quick.share(marginal.pipeline) == 0.06
    assert marginal.share([quick, slow], marginal.pipeline) == 0.06


def test_goals_that_are_met() -> None:
    rounds = [Round(making(130.0, record=35.0), (making(4.0, hls=140),))]
    record, compose = Invoked("record", 11, 120.0, 900, 300), Invoked("compose", 1, 299.0, 700, 3_999_999_999)
    met = verdicts([cold("ours", [65.0]), cold("ffmpeg", [50.0])], rounds, played(record, compose))
    assert met == {
        COLD: ("1.30 × (CPU time 1.00 ×)", True),
        FIRST: ("1.30 ×", True),
        ONE_MORE: ("1/32.5 (1/20 reached)", True),
        BYTES: ("14.0%", True),
        INVOCATIONS: ("299 s (compose)", True),
        ROOM: ("4.00 GB (compose)", True),
    }


def test_goals_that_are_missed() -> None:
    rounds = [Round(making(140.0, record=35.0), (making(15.0, hls=160),))]
    full = played(Invoked("compose", 1, 300.0, 700, 4_000_000_000))
    met = verdicts([cold("ours", [66.0]), cold("ffmpeg", [50.0])], rounds, full)
    assert [reached for _, reached in met.values()] == [False] * 6


def test_what_was_not_measured_is_open() -> None:
    met = verdicts([cold("ours", [66.0]), cold("ffmpeg", [])], [], None)
    assert [reached for _, reached in met.values()] == [None] * 6


def test_the_first_lead_is_held_against_recording_and_composing_measured_alone() -> None:
    rounds = [Round(making(whole, record=40.0), (making(9.0),)) for whole in (94.9, 103.1)]
    ours, ffmpeg = cold("ours", [40.0, 42.0]), cold("ffmpeg", [80.0, 80.0])
    assert verdicts([ours, ffmpeg], rounds, None)[FIRST] == ("1.22 ×", True)
    assert verdicts([ffmpeg], rounds, None)[FIRST] == ("", None)
    assert verdicts([ours, ffmpeg], [], None)[FIRST] == ("", None)


def test_a_campaign_measured_in_part_says_so_and_is_reckoned_from_what_comes_after_the_first() -> None:
    ours = Way("campaign", "Leadreel", 20, 20, wall=200.0, cpu=300.0)
    alone = Way("alone", "One by one", 20, 2, wall=200.0, cpu=300.0)
    peer = Way("hyperframes-draft", "HyperFrames", 20, 3, wall=150.0, cpu=300.0, later=(49.0, 51.0))
    lines = tables.campaign([ours, alone, peer]).splitlines()
    assert lines[2] == "| Leadreel | all | 200 | 10.0 | 300 |  |"
    assert lines[3] == "| One by one | 2 of 20 | 2000 | 100.0 | 3000 | 0.10 |"
    assert lines[4] == "| HyperFrames | 3 of 20 (after the first: 49, 51 s) | 1000 | 50.0 | 2000 | 0.20 |"


def test_each_table_has_as_many_cells_in_every_row() -> None:
    broken = Result("moviepy", "MoviePy 2", 60, error="no | such font")
    rounds = [Round(making(100.0, compose=60.0), (making(4.0, compose=2.0),))]
    for text in (
        tables.cold([cold("ours", [60.0]), cold("ffmpeg", [50.0]), broken], {"ours": 9.0, "ffmpeg": 8.0}),
        tables.further(rounds),
        tables.longest(played(Invoked("compose", 1, 200.0, 700, 5_000_000))),
    ):
        table = text.split("\n\n")[0].splitlines()
        assert len({line.replace("\\|", "").count("|") for line in table}) == 1


def test_a_step_that_takes_no_time_has_no_share() -> None:
    rounds = [Round(making(100.0, record=0.0), (making(4.0, record=0.0),))]
    assert "| record, s | 0.0 | 0.0 |  |" in tables.further(rounds)


def test_report_lines_are_found_among_others() -> None:
    line = (
        "REPORT RequestId: 3f\tDuration: 1234.50 ms\tBilled Duration: 1300 ms\tMemory Size: 3008 MB\t"
        "Max Memory Used: 700 MB\tInit Duration: 65.00 ms"
    )
    found = reports(f"START RequestId: 3f Version: $LATEST\nhello\n{line}\nEND RequestId: 3f\n")
    assert [(each.billed_duration_ms, each.max_memory_used_mb) for each in found] == [(1300, 700)]


def test_functions_are_summed_with_the_slowest_first() -> None:
    record = [invocation(4_000, 900), invocation(61_000, 800)]
    lines = summed({"record": record, "compose": [invocation(90_000, 500)], "api": []}, {"record": 7})
    assert lines == (Invoked("compose", 1, 90.0, 500, 0), Invoked("record", 2, 61.0, 900, 7))


def invocation(billed_ms: int, memory_mb: int) -> InvocationReport:
    return InvocationReport(
        request_id="3f",
        duration_ms=Decimal(billed_ms),
        billed_duration_ms=billed_ms,
        memory_size_mb=3008,
        max_memory_used_mb=memory_mb,
    )


def test_the_fullest_moment_of_a_workers_folder_is_kept(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    (tmp_path / "check_page-1" / "deep").mkdir(parents=True)
    (tmp_path / "check_page-2").mkdir()
    big = tmp_path / "check_page-1" / "deep" / "frames.mkv"
    big.write_bytes(b"x" * 100_000)
    (tmp_path / "check_page-2" / "small").write_bytes(b"x" * 10_000)
    scratch.look()
    big.unlink()
    scratch.look()
    assert 100_000 <= scratch.most["check_page"] < 110_000


def test_leads_differ_and_are_listed_as_the_command_reads_them(tmp_path: Path) -> None:
    assert len({lead.name for lead in LEADS}) == len({lead.company for lead in LEADS}) == 20
    with write_csv(LEADS, tmp_path / "leads.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["name", "company", "industry", "email"]
    assert rows[2]["name"] == "Chloé Martin"


def test_scenes_are_listed_with_their_length_in_seconds(tmp_path: Path) -> None:
    listed = concat_list([(tmp_path / "a.mkv", 240), (tmp_path / "b.mkv", 100)], 30)
    assert listed.splitlines()[1:] == [
        f"file '{tmp_path}/a.mkv'",
        "duration 8.000000",
        f"file '{tmp_path}/b.mkv'",
        "duration 3.333333",
    ]
