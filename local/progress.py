"""Progress of a video for a person: which step, how far, how many frames, how long still."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table

from shared.videos import StepState, VideoState

SAID = {
    "check_page": "check page",
    "script": "write script",
    "voice": "speak",
    "plan": "plan scenes",
    "record": "record",
    "compose": "compose",
    "host": "publish",
}
# Seconds that a step takes on two cores, fixed and per second of video: a first guess, which the steps
# that are done correct as they come in.
GUESS = {
    "check_page": (4.0, 0.0),
    "script": (1.0, 0.0),
    "voice": (1.5, 0.05),
    "plan": (1.0, 0.0),
    "record": (3.0, 0.7),
    "compose": (2.0, 0.7),
    "host": (1.0, 0.0),
}


def seconds_left(steps: Sequence[StepState], duration_seconds: float, running_for: dict[str, float]) -> float:
    """An estimate. running_for: for how many seconds each running step has run."""
    left = 0.0
    for step in steps:
        fixed, each = GUESS[step.name]
        guess = fixed + each * duration_seconds
        if step.status == "completed":
            continue
        ran = running_for.get(step.name, 0.0)
        if step.status == "processing" and step.progress > 0.05:
            left += ran * (1 - step.progress) / step.progress
        else:
            left += max(guess - ran, 0.5)
    return left


class ProgressView:
    """Draws on a terminal; elsewhere it writes a line when something has changed, not too often."""

    def __init__(self, duration_seconds: float, stream: TextIO | None = None) -> None:
        self.duration_seconds = duration_seconds
        self.console = Console(file=stream or sys.stderr)
        self.live = Live(console=self.console, transient=True, refresh_per_second=8)
        self.began: dict[str, float] = {}
        self.told: dict[str, str] = {}
        self.told_at = 0.0

    def __enter__(self) -> ProgressView:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.console.is_terminal:
            self.live.stop()

    def show(self, state: VideoState) -> None:
        now = time.monotonic()
        for step in state.steps:
            if step.status == "processing":
                self.began.setdefault(step.name, now)
        running_for = {name: now - began for name, began in self.began.items()}
        left = seconds_left(state.steps, self.duration_seconds, running_for)
        if self.console.is_terminal:
            self.live.update(_table(state.steps, left))
        else:
            self._tell(state.steps, left, now)

    def _tell(self, steps: Sequence[StepState], left: float, now: float) -> None:
        for step in steps:
            text = _state(step)
            if step.status == "pending" or self.told.get(step.name) == text:
                continue
            changed = self.told.get(step.name, "").partition(" ")[0] != text.partition(" ")[0]
            if not changed and now - self.told_at < 2.0:
                continue
            self.told[step.name] = text
            self.told_at = now
            tail = f", about {left:.0f} s left" if step.status == "processing" else ""
            self.console.print(f"{SAID[step.name]}: {text}{tail}", highlight=False, soft_wrap=True)


def _state(step: StepState) -> str:
    if step.status == "completed":
        return f"done in {step.seconds or 0:.1f} s"
    if step.status == "processing":
        part = f" {step.progress:.0%}" if step.progress else ""
        frames = f" ({step.frames_done} of {step.frames_total} frames)" if step.frames_total else ""
        return f"running{part}{frames}"
    return step.status


def _table(steps: Sequence[StepState], left: float) -> Table:
    marks = {"completed": "[green]✓[/]", "processing": "[cyan]▸[/]", "failed": "[red]✗[/]"}
    table = Table.grid(padding=(0, 1))
    for step in steps:
        table.add_row(
            marks.get(step.status, "[dim]·[/]"),
            SAID[step.name],
            "" if step.status == "pending" else _state(step),
        )
    table.add_row("", f"[dim]about {left:.0f} s left[/]")
    return table
