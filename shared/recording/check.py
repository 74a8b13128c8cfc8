"""Open a page once and judge whether it can be filmed, before anything is spent on it."""

from __future__ import annotations

import hashlib
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.recording.clock import PageStuck
from shared.recording.faults import LOAD_SECONDS, PageFault, shown
from shared.recording.inpage import Look
from shared.recording.job import PAGE_IMAGE, PageJob, PageReport, Tour, Work
from shared.recording.opening import opened
from shared.recording.picture import is_blank
from shared.recording.stage import Stage

REST_SECONDS = 0.5
LONGEST_MOTION_SECONDS = 4.0


async def check_page(
    job: PageJob,
    folder: Path,
    *,
    allow_hosts: tuple[str, ...] = (),
    request_id: str = "",
    chromium_path: Path | None = None,
    load_seconds: float = LOAD_SECONDS,
) -> PageReport:
    """Open a page, write its first view to `folder`/page.jpg, and report.

    What is wrong with the page is in the report: verdict `fail` and a sentence that says why.

    load_seconds: how long it may take to load.

    Raises:
        Retryable: the browser failed us.
    """
    started_at, started = datetime.now(UTC), time.monotonic()
    version = ""
    try:
        async with opened(
            Tour(url=job.url, steps=()),
            job.viewport,
            allow_hosts=allow_hosts,
            chromium_path=chromium_path,
            deadline_seconds=load_seconds + 30,
            load_seconds=load_seconds,
        ) as stage:
            version = stage.browser_version
            found = await _examine(stage, job, folder)
    except PageFault as fault:
        found = _failed(job.url, str(fault), fault.url or job.url, fault.status)
    except PageStuck as fault:
        found = _failed(job.url, f"the page can't be recorded: {fault}", job.url, 0)
    found.setdefault("load_seconds", round(time.monotonic() - started, 3))
    work = Work(
        started_at=started_at,
        finished_at=datetime.now(UTC),
        request_id=request_id,
        browser_version=version,
    )
    return PageReport(url=job.url, work=work, **found)


async def _examine(stage: Stage, job: PageJob, folder: Path) -> dict[str, Any]:
    await _come_to_rest(stage)
    picture = await stage.clock.shoot()
    look = await stage.page.look()
    (folder / PAGE_IMAGE).write_bytes(picture)
    height = job.viewport.height + round(look.room)
    verdict, reasons = "ok", []
    if not stage.clock.network_held:
        verdict = "warn"
        reasons.append(f"{shown(stage.url)} keeps waiting for something that never arrives")
    if is_blank(picture):
        verdict = "warn" if look.text else "fail"
        reasons.append(f"the page can't be recorded well: the first view of {shown(stage.url)} is blank")
    return {
        "final_url": stage.url,
        "http_status": stage.status,
        "title": look.title,
        "load_seconds": round(stage.load_seconds, 3),
        "scroll_height": height,
        "fingerprint": _fingerprint(look, height),
        "verdict": verdict,
        "reasons": tuple(reasons),
    }


def _fingerprint(look: Look, height: int) -> str:
    """Of what the page says and shows, not of its pixels: a moment's difference on load shades them."""
    content = json.dumps([look.title, look.text, look.parts, height])
    return hashlib.sha256(content.encode()).hexdigest()


async def _come_to_rest(stage: Stage) -> None:
    """Let what moves on load come to its end: the picture shows the page as it wants to be seen."""
    fps, still = stage.viewport.fps, 0
    for _ in range(round(LONGEST_MOTION_SECONDS * fps)):
        await stage.tick()
        still = 0 if await stage.clock.draw() else still + 1
        if still >= REST_SECONDS * fps:
            return


def _failed(url: str, reason: str, final_url: str, status: int) -> dict[str, Any]:
    return {
        "final_url": final_url,
        "http_status": status,
        "title": "",
        "scroll_height": 0,
        "fingerprint": hashlib.sha256(f"{url}\n{reason}".encode()).hexdigest(),
        "verdict": "fail",
        "reasons": (reason,),
    }
