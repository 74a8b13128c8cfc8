"""The composer's benchmark as Markdown: what was measured, part by part. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from bench import report
from bench.composing import marginal
from bench.composing.campaign import Way
from bench.composing.longest import Longest
from bench.composing.marginal import Round
from bench.composing.product import Making
from bench.results import Result, ratios

COLD_COLUMNS = (
    "",
    "wall s",
    "CPU s",
    "peak MB",
    "× real time",
    "frames",
    "MB, all levels",
    "our wall / its",
    "our CPU / its",
)


def cold(results: Sequence[Result], megabytes: Mapping[str, float]) -> str:
    """megabytes: of the videos that each left, by its key."""
    ours = next((result for result in results if result.key == "ours" and result.attempts), None)
    rows = [_cold_row(result, ours, megabytes.get(result.key, 0.0)) for result in results]
    each = "\n".join(report.runs(result) for result in results)
    return f"{report.table(COLD_COLUMNS, rows)}\n\nEach run, wall / CPU seconds:\n\n{each}"


def _cold_row(result: Result, ours: Result | None, megabytes: float) -> tuple[str, ...]:
    if not result.attempts:
        said = f"did not run: {report.cell(result.error)}"
        return (result.name, said, *[""] * (len(COLD_COLUMNS) - 2))
    figures = (f"{result.wall:.1f}", f"{result.cpu:.1f}", f"{result.memory:.0f}", f"{result.speed:.2f}")
    compared = ("", "")
    if ours is not None and result is not ours:
        wall, cpu = ratios(ours, result)
        compared = (f"{wall:.2f}", f"{cpu:.2f}")
    name = f"{result.name} (then stopped: {report.cell(result.error)})" if result.error else result.name
    return (name, *figures, result.frames, f"{megabytes:.1f}", *compared)


def further(rounds: Sequence[Round]) -> str:
    """The first lead beside one more: medians of the rounds, shares formed within each."""
    if not rounds:
        return "Not measured."
    figures: list[tuple[str, Callable[[Making], float], str]] = [
        ("the pipeline, wall s", marginal.pipeline, ".1f"),
        ("`leadreel make`, wall s", marginal.wall, ".1f"),
        ("CPU s", marginal.cpu, ".1f"),
        ("MB of HLS", lambda making: making.hls_bytes / 1e6, ".2f"),
        ("MB that the world may see", lambda making: making.public_bytes / 1e6, ".2f"),
        ("MB in all of storage", lambda making: making.kept_bytes / 1e6, ".2f"),
    ]
    rows = [_share_row(name, rounds, what, form) for name, what, form in figures]
    for step in rounds[0].first.steps:
        rows.append(_share_row(f"{step}, s", rounds, marginal.step(step), ".1f"))
    columns = ("", "first lead", "one more", "share")
    each = "\n".join(
        f"- {marginal.pipeline(played.first):.1f}, then "
        + ", ".join(f"{marginal.pipeline(making):.1f}" for making in played.further)
        for played in rounds
    )
    return f"{report.table(columns, rows)}\n\nEach round, wall seconds of the pipeline:\n\n{each}"


def _share_row(
    name: str, rounds: Sequence[Round], what: Callable[[Making], float], form: str
) -> tuple[str, ...]:
    first = median(what(played.first) for played in rounds)
    more = median(median(what(making) for making in played.further) for played in rounds)
    share = f"{median(played.share(what) for played in rounds):.1%}" if first > 0 else ""
    return (name, format(first, form), format(more, form), share)


def longest(played: Longest) -> str:
    """Function by function."""
    columns = ("function", "invocations", "longest, billed s", "most memory, MB", "most in /tmp, MB")
    rows = [
        (
            line.function,
            str(line.count),
            f"{line.longest_seconds:.1f}",
            str(line.memory_mb),
            f"{line.scratch_bytes / 1e6:.1f}",
        )
        for line in played.functions
    ]
    took = f"The whole video took {played.making.wall_seconds:.0f} s."
    return f"{report.table(columns, rows)}\n\n{took}"


def campaign(ways: Sequence[Way]) -> str:
    """Ways to all leads, ours first; where only some were measured, the rest is reckoned."""
    columns = ("", "measured", "s for all", "s a lead", "CPU s for all", "our time / its")
    ours = next((way for way in ways if way.key == "campaign"), None)
    rows = []
    for way in ways:
        ratio = f"{ours.seconds / way.seconds:.2f}" if ours is not None and way is not ours else ""
        whole = "all" if way.measured == way.leads else f"{way.measured} of {way.leads}"
        if way.later:
            whole += f" (after the first: {', '.join(f'{seconds:.0f}' for seconds in way.later)} s)"
        spent = (f"{way.seconds:.0f}", f"{way.seconds / way.leads:.1f}", f"{way.cpu_seconds:.0f}")
        rows.append((way.name, whole, *spent, ratio))
    return report.table(columns, rows)
