"""Open a page once and judge whether it can be filmed, before anything is spent on it."""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from shared.recording.browser.access import unseal
from shared.recording.browser.caps import CAPS, Caps
from shared.recording.faults import PageFault
from shared.recording.job import PAGE_IMAGE, Finding, PageJob, PageReport, QualityReport, Tour, Work
from shared.recording.page.clock import PageStuck
from shared.recording.page.inpage import Look
from shared.recording.page.opening import opened
from shared.recording.page.stage import Stage
from shared.recording.quality.observing import observe
from shared.recording.quality.verdict import judge
from shared.recording.quality.watch import glance

FPS = 10  # enough to see a page come to rest
REST_SECONDS = 0.5
LONGEST_MOTION_SECONDS = 4.0


async def check_page(
    job: PageJob,
    folder: Path,
    *,
    allow_hosts: tuple[str, ...] = (),
    request_id: str = "",
    chromium_path: Path | None = None,
    caps: Caps = CAPS,
    access_key: SecretStr | None = None,
) -> PageReport:
    """Open a page, write its first view to `folder`/page.jpg, and report.

    What is wrong with the page is in the report: verdict `fail` and a sentence that says why.

    caps: what it may take of time, network and memory.
    access_key: what the visitor's access was sealed with, if there is any.

    Raises:
        CannotUnseal: before anything is started.
        Retryable: the browser failed us.
    """
    started_at, started = datetime.now(UTC), time.monotonic()
    version = ""
    try:
        async with opened(
            Tour(url=job.url, steps=job.steps, visitor=job.visitor),
            job.viewport.model_copy(update={"fps": FPS}),
            allow_hosts=allow_hosts,
            chromium_path=chromium_path,
            deadline_seconds=caps.load_seconds + 30 + sum(step.length for step in job.steps),
            caps=caps,
            access=unseal(job.visitor.access, access_key),
        ) as stage:
            version = stage.browser_version
            found = await _examine(stage, job, folder)
    except PageFault as fault:
        seconds = time.monotonic() - started
        found = _failed(job.url, fault.reason, fault.url or job.url, fault.status, seconds)
    except PageStuck as fault:
        found = _failed(job.url, str(fault), job.url, 0, time.monotonic() - started)
    quality: QualityReport = found["quality"]
    work = Work(
        started_at=started_at,
        finished_at=datetime.now(UTC),
        request_id=request_id,
        browser_version=version,
    )
    return PageReport(
        url=job.url,
        http_status=quality.http_status,
        load_seconds=quality.load_seconds,
        verdict=quality.verdict,
        reasons=tuple(map(_sentence, quality.findings)),
        work=work,
        **found,
    )


async def _examine(stage: Stage, job: PageJob, folder: Path) -> dict[str, Any]:
    await _come_to_rest(stage)
    picture = await stage.clock.shoot()
    look = await stage.page.look()
    landmarks = await stage.page.landmarks()
    (folder / PAGE_IMAGE).write_bytes(picture)
    seen = await glance(stage, job.url, picture)
    if stage.steps and not judge(seen).faults:
        await _rehearse(stage)
        seen = replace(seen, observations=(*seen.observations, (0.0, await observe(stage.page))))
    height = job.viewport.height + round(look.room)
    return {
        "final_url": seen.reached,
        "title": look.title,
        "scroll_height": height,
        "fingerprint": _fingerprint(look, height),
        "landmarks": landmarks,
        "quality": _timeless(judge(replace(seen, network_held=stage.clock.network_held))),
    }


def _timeless(quality: QualityReport) -> QualityReport:
    """No film, no seconds."""
    findings = tuple(finding.model_copy(update={"second": None}) for finding in quality.findings)
    return quality.model_copy(update={"findings": findings})


def _sentence(finding: Finding) -> str:
    return str(PageFault(finding.reason)) if finding.severity == "fail" else finding.reason


async def _rehearse(stage: Stage) -> None:
    """Perform the steps that were asked for, without filming: one that can't be is known before it costs."""
    for frame in range(math.ceil(sum(step.length for step in stage.steps) * FPS) + 1 if stage.steps else 0):
        await stage.go_to(frame)
        await stage.clock.draw()


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


def _failed(url: str, reason: str, final_url: str, status: int, seconds: float) -> dict[str, Any]:
    finding = Finding(severity="fail", reason=reason)
    return {
        "final_url": final_url,
        "title": "",
        "scroll_height": 0,
        "fingerprint": hashlib.sha256(f"{url}\n{reason}".encode()).hexdigest(),
        "quality": QualityReport(load_seconds=round(seconds, 3), http_status=status, findings=(finding,)),
    }
