"""The recorder's benchmark as Markdown: a table, the goals beside what was reached, and each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.goals import Goal
from bench.results import Result, ratios

_COLUMNS = (
    "",
    "wall s",
    "CPU s",
    "peak MB",
    "× real time",
    "frames",
    "evenly spaced",
    "VMAF",
    "VMAF 1 % low",
    "wrong",
    "dropped",
    "repeated",
    "our wall / its",
    "our CPU / its",
)


def render(
    results: Sequence[Result], goals: Sequence[Goal], *, date: str, machine: str, versions: Mapping[str, str]
) -> str:
    """Markdown without a heading of its own."""
    ours = next((result for result in results if result.key == "ours" and result.attempts), None)
    said = ", ".join(f"{name} {version}" for name, version in versions.items())
    parts = [f"Measured {date} on {machine}. {said}."]
    parts.append(table(_COLUMNS, [_row(result, ours) for result in results]))
    parts.append(judged(goals))
    parts.append("Each run, wall / CPU seconds:\n\n" + "\n".join(runs(result) for result in results))
    return "\n\n".join(parts) + "\n"


def judged(goals: Sequence[Goal]) -> str:
    """The goals beside what was reached, as a table."""
    return table(("goal", "reached", ""), [(goal.text, goal.reached, goal.verdict) for goal in goals])


def put(page: str, name: str, body: str) -> str:
    """The page with `body` between its marker comments for `name`; all else stays as it is.

    Raises:
        ValueError: the page has no such markers.
    """
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"the page has no place between the comments {begin.strip()} and {end}")
    return f"{before}{begin}\n{body}\n{end}{after}"


def _row(result: Result, ours: Result | None) -> tuple[str, ...]:
    if not result.attempts:
        return (result.name, f"did not run: {cell(result.error)}", *[""] * (len(_COLUMNS) - 2))
    figures = (f"{result.wall:.2f}", f"{result.cpu:.2f}", f"{result.memory:.0f}", f"{result.speed:.2f}")
    spacing = "yes" if result.steady else "no"
    name = f"{result.name} (then stopped: {cell(result.error)})" if result.error else result.name
    return (name, *figures, result.frames, spacing, *_likeness(result), *_compared(result, ours))


def _likeness(result: Result) -> tuple[str, ...]:
    if result.quality is None:
        return ("",) * 5
    match = result.quality.match
    scores = (f"{result.quality.vmaf:.2f}", f"{result.quality.vmaf_low:.2f}")
    return (*scores, str(match.wrong), str(match.dropped), str(match.repeated))


def _compared(result: Result, ours: Result | None) -> tuple[str, ...]:
    if ours is None or result is ours or result.seconds != ours.seconds:
        return ("", "")
    wall, cpu = ratios(ours, result)
    return (f"{wall:.2f}", f"{cpu:.2f}")


def runs(result: Result) -> str:
    """Every run of an entrant, as an item of a list."""
    each = ", ".join(
        f"{attempt.usage.wall_seconds:.2f} / {attempt.usage.cpu_seconds:.2f}" for attempt in result.attempts
    )
    return f"- {result.name}: {each or 'none'}"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; its cells hold no line breaks."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """Any text as it may stand in a cell."""
    return " ".join(text.split()).replace("|", "\\|")
