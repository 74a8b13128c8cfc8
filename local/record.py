"""`leadreel record`: film a page to an mp4, without the rest of the product."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from shared.recording import Progress as Filmed
from shared.recording import RecordingConfig, RecordingResult, ScreenRecorder, TourStep
from shared.settings import Settings


async def record(
    settings: Settings,
    config: RecordingConfig,
    url: str,
    seconds: float,
    output: Path,
    *,
    steps: tuple[TourStep, ...] | None,
    still: bool,
    as_json: bool,
) -> int:
    """Film, and say what came of it. Returns the exit code: 0, since what goes wrong is raised."""
    started = time.monotonic()
    bar = Progress(
        TextColumn("filming"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} frames"),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        disable=as_json or not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        filming = bar.add_task("filming", total=None)

        def show(filmed: Filmed) -> None:
            bar.update(filming, completed=filmed.frames_done, total=filmed.frames_total)

        result = await ScreenRecorder(config, settings).start_recording(
            url=url, output_path=output, duration_seconds=seconds, tour=steps, still=still, on_progress=show
        )
    _tell(url, result, time.monotonic() - started, as_json)
    return 0


def _tell(url: str, result: RecordingResult, wall_seconds: float, as_json: bool) -> None:
    quality = result.quality
    if as_json:
        findings = [finding.model_dump(mode="json") for finding in quality.findings]
        summary = {
            "url": url,
            **result.model_dump(mode="json", exclude={"quality"}),
            "file_path": str(result.file_path.absolute()),
            "wall_seconds": round(wall_seconds, 3),
            "verdict": quality.verdict,
            "load_seconds": quality.load_seconds,
            "http_status": quality.http_status,
            "findings": findings,
        }
        print(json.dumps(summary, ensure_ascii=False))
        return
    print(f"recording: {result.file_path.absolute()}")
    print(
        f"{result.duration_seconds:.1f} s at {result.resolution}, {result.frame_rate} frames a second, "
        f"{result.unique_frames} of {result.frame_count} frames different; made in {wall_seconds:.1f} s"
    )
    for finding in quality.findings:
        when = "" if finding.second is None else f" (at {finding.second:.1f} s)"
        print(f"{finding.severity}: {finding.reason}{when}", file=sys.stderr)
