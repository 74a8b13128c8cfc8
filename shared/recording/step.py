"""The steps that run a browser: check a page, film a scene. They reach one storage prefix and no database."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.errors import Permanent
from shared.recording.film.scene import film_scene
from shared.recording.job import (
    FRAMES,
    JOB,
    PAGE_IMAGE,
    PROGRESS,
    RESULT,
    BilledTo,
    PageJob,
    PageReport,
    Progress,
    SceneJob,
    SceneResult,
)
from shared.recording.quality.check import check_page
from shared.values import Value
from shared.workflow import JobEvent, Tools, tell_for_whom

PROGRESS_SECONDS = 1.0


class PageRefused(Permanent):
    """The page can't be filmed; the text says why."""


def check(event: JobEvent, tools: Tools, context: LambdaContext) -> dict[str, Any]:
    """Judge the page of a PageJob; leaves `page.jpg` and `result.json`, for each video that has the same job.

    Returns {verdict, reasons}.

    Raises:
        PageRefused: if the verdict is `fail`. Nothing is left then, so that whoever comes later tries anew.
    """
    job = PageJob.model_validate_json(tools.storage.get(f"{event.job}/{JOB}"))
    _tell(context, "check_page", job.billed_to)
    if tools.storage.exists(f"{event.job}/{RESULT}"):
        report = PageReport.model_validate_json(tools.storage.get(f"{event.job}/{RESULT}"))
    else:
        report = _open_page(event, job, tools, context)
    return {"verdict": report.verdict, "reasons": list(report.reasons)}


def _open_page(event: JobEvent, job: PageJob, tools: Tools, context: LambdaContext) -> PageReport:
    with tempfile.TemporaryDirectory(prefix="leadreel-page-") as name:
        folder = Path(name)
        report = asyncio.run(
            check_page(
                job,
                folder,
                allow_hosts=tools.settings.recording_allow_hosts,
                request_id=context.aws_request_id,
                chromium_path=tools.settings.chromium_path,
                access_key=tools.settings.recording_access_key,
            )
        )
        if report.verdict == "fail":
            raise PageRefused("; ".join(report.reasons))
        tools.storage.put(f"{event.job}/{PAGE_IMAGE}", folder / PAGE_IMAGE, "image/jpeg")
    _put(tools, f"{event.job}/{RESULT}", report)
    return report


def record(event: JobEvent, tools: Tools, context: LambdaContext) -> dict[str, Any]:
    """Film a SceneJob; leaves `frames.mkv`, then `result.json`. Returns {frame_count}."""
    job = SceneJob.model_validate_json(tools.storage.get(f"{event.job}/{JOB}"))
    _tell(context, "record", job.billed_to)
    if tools.storage.exists(f"{event.job}/{RESULT}"):
        return {"frame_count": job.frame_count}
    with tempfile.TemporaryDirectory(prefix="leadreel-scene-") as name:
        folder = Path(name)
        result = asyncio.run(_film(job, folder, event, tools, context.aws_request_id))
        tools.storage.put(f"{event.job}/{FRAMES}", folder / FRAMES, "video/x-matroska")
    _put(tools, f"{event.job}/{RESULT}", result)
    return {"frame_count": job.frame_count}


async def _film(job: SceneJob, folder: Path, event: JobEvent, tools: Tools, request_id: str) -> SceneResult:
    latest = Progress(frames_done=0, frames_total=job.frame_count)

    def note(progress: Progress) -> None:
        nonlocal latest
        latest = progress

    async def tell() -> None:
        """How far it is, once a second, for whoever watches: the frame loop waits for no storage."""
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            await asyncio.to_thread(_put, tools, f"{event.job}/{PROGRESS}", latest)

    telling = asyncio.create_task(tell())
    try:
        return await film_scene(
            job,
            folder,
            allow_hosts=tools.settings.recording_allow_hosts,
            on_progress=note,
            request_id=request_id,
            chromium_path=tools.settings.chromium_path,
            access_key=tools.settings.recording_access_key,
        )
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


def _put(tools: Tools, key: str, value: Value) -> None:
    tools.storage.put(key, value.model_dump_json().encode(), "application/json")


def _tell(context: LambdaContext, step: str, billed_to: BilledTo | None) -> None:
    if billed_to is not None:
        tell_for_whom(context, step, billed_to.workspace_id, billed_to.video_id)
