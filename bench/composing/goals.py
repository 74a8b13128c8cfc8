"""What the composer is to reach, and whether it does. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from bench.composing import marginal
from bench.composing.longest import Longest
from bench.composing.marginal import Round
from bench.goals import Goal
from bench.results import Result, ratios

COLD = 1.3
FIRST = 1.3
WALL, WALL_HOPED = 1 / 10, 1 / 20
BYTES = 0.15
INVOCATION_SECONDS = 300
SCRATCH_BYTES = 4_000_000_000


def judge(
    cold: Sequence[Result], rounds: Sequence[Round], longest: Longest | None, *, quality: str
) -> list[Goal]:
    """Every goal, also those that were not measured. quality: at which the cold runs were."""
    return [_cold(cold, quality), _first(cold, rounds), *_further(rounds), *_longest(longest)]


def _cold(results: Sequence[Result], quality: str) -> Goal:
    text = f"cold, `{quality}`: at most {COLD} × the time of one FFmpeg that encodes the same frames"
    done = {result.key: result for result in results if result.attempts}
    if "ours" not in done or "ffmpeg" not in done:
        return Goal(text, "", None)
    wall, cpu = ratios(done["ours"], done["ffmpeg"])
    return Goal(text, f"{wall:.2f} × (CPU time {cpu:.2f} ×)", wall <= COLD)


def _first(results: Sequence[Result], rounds: Sequence[Round]) -> Goal:
    """The whole pipeline for the first lead beside its two long steps, composing as it was measured alone."""
    text = f"the first lead: at most {FIRST} × the time of recording it and of a cold composing"
    ours = next((result for result in results if result.key == "ours" and result.attempts), None)
    if ours is None or not rounds:
        return Goal(text, "", None)
    whole = median(marginal.pipeline(played.first) for played in rounds)
    recording = median(marginal.step("record")(played.first) for played in rounds)
    share = whole / (recording + ours.wall)
    return Goal(text, f"{share:.2f} ×", share <= FIRST)


def _further(rounds: Sequence[Round]) -> list[Goal]:
    wall_text = "one more lead: at most 1/10 of the pipeline's time for the first, going for 1/20"
    bytes_text = f"one more lead: at most {BYTES:.0%} of the first one's bytes of HLS"
    if not rounds:
        return [Goal(wall_text, "", None), Goal(bytes_text, "", None)]
    wall = marginal.share(list(rounds), marginal.pipeline)
    stored = marginal.share(list(rounds), marginal.hls)
    hoped = " (1/20 reached)" if wall <= WALL_HOPED else ""
    return [
        Goal(wall_text, f"1/{1 / wall:.1f}{hoped}", wall <= WALL),
        Goal(bytes_text, f"{stored:.1%}", stored <= BYTES),
    ]


def _longest(played: Longest | None) -> list[Goal]:
    time_text = f"ten minutes of video: every invocation under {INVOCATION_SECONDS // 60} minutes"
    room_text = f"ten minutes of video: /tmp under {SCRATCH_BYTES / 1e9:.0f} GB"
    if played is None:
        return [Goal(time_text, "", None), Goal(room_text, "", None)]
    slowest = max(played.functions, key=lambda line: line.longest_seconds)
    fullest = max(played.functions, key=lambda line: line.scratch_bytes)
    return [
        Goal(
            time_text,
            f"{slowest.longest_seconds:.0f} s ({slowest.function})",
            slowest.longest_seconds < INVOCATION_SECONDS,
        ),
        Goal(
            room_text,
            f"{fullest.scratch_bytes / 1e9:.2f} GB ({fullest.function})",
            fullest.scratch_bytes < SCRATCH_BYTES,
        ),
    ]
