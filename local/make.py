"""`leadreel make`: one personal video, from a lead and a page."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg2

from local.joining import Joined
from local.journal import read_execution
from local.progress import ProgressView
from local.resuming import UNENDED, settle_unended, start_execution
from shared.accounts import open_workspace
from shared.database import Database, DatabaseUnreachable
from shared.settings import Settings
from shared.storage import FileStorage
from shared.videos import VideoRequest, VideoState, create_video, read_video

POLL_SECONDS = 0.25
DEMO_PAGE = "http://127.0.0.1/"  # stands for the demo site until the runtime says where it is


async def make_video(settings: Settings, fields: Mapping[str, Any], out: Path | None, as_json: bool) -> int:
    """Make a video and say where it is. Returns the exit code.

    fields: of a VideoRequest; `url` None stands for the demo site.
    """
    url = DEMO_PAGE if fields["url"] is None else fields["url"]
    request = VideoRequest.parse(**{**fields, "url": url})
    storage = FileStorage(settings.storage_path)
    async with Joined(settings) as runtime:
        info = await runtime.ensure()
        if fields["url"] is None:
            request = request.model_copy(update={"url": info.demo_url + "/"})
        database = Database(info.app_url)
        try:
            workspace_id = open_workspace(database)
            settle_unended(database, workspace_id, info.app_url)
            asked = create_video(request, workspace_id, database, storage, settings)
            name = start_execution(info.app_url, asked)
            with ProgressView(request.duration_seconds) as view:
                state = await _follow(runtime, name, asked, database, storage, view)
        finally:
            database.close()
    return _tell(state, storage, out, as_json)


async def _follow(
    runtime: Joined,
    name: str,
    asked: dict[str, Any],
    database: Database,
    storage: FileStorage,
    view: ProgressView,
) -> VideoState:
    """Show how far the video is until its execution has ended."""
    while True:
        info = await runtime.ensure()
        try:
            execution = await asyncio.to_thread(read_execution, info.app_url, name)
            state = await asyncio.to_thread(
                read_video, asked["workspace_id"], asked["video_id"], database, storage
            )
        except (psycopg2.OperationalError, DatabaseUnreachable):
            await asyncio.sleep(POLL_SECONDS)  # whoever ran it has gone: the next `ensure` takes over
            continue
        view.show(state)
        if execution is not None and execution.status != "RUNNING":
            if state.status not in UNENDED:
                return state
            settle_unended(database, asked["workspace_id"], info.app_url)
            continue
        await asyncio.sleep(POLL_SECONDS)


def _tell(state: VideoState, storage: FileStorage, out: Path | None, as_json: bool) -> int:
    ready = state.status == "completed"
    files = _files(state, storage, out) if ready else dict.fromkeys(("video", "thumbnail", "captions"))
    share_url = state.share_url if ready else None
    if not ready:
        reason = " ".join((state.reason or "the pipeline ended without a reason").split())
        print(f"leadreel: {state.failed_step or 'pipeline'}: {reason}", file=sys.stderr)
    for name, finding in state.warnings:
        moment = "" if finding.second is None else f"at {finding.second:.1f} s: "
        print(f"leadreel: warning: {name}: {moment}{finding.reason}", file=sys.stderr)
    if as_json:
        print(json.dumps(_summary(state, files, share_url), ensure_ascii=False))
    elif ready:
        print(f"video:      {files['video']}")
        print(f"thumbnail:  {files['thumbnail']}")
        print(f"captions:   {files['captions']}")
        print(f"share page: {share_url}   (served by `make up` or `leadreel up`)")
        print(
            f"{state.duration_seconds:.1f} s at {state.resolution}; "
            f"on AWS it would have cost ${state.cost_usd:.4f}"
        )
    return 0 if ready else 1


def _files(state: VideoState, storage: FileStorage, out: Path | None) -> dict[str, str | None]:
    """Where the files are; with `out`, copies there, named by the video's id."""
    keys = {"video": state.video_key, "thumbnail": state.thumbnail_key, "captions": state.captions_key}
    if out is None:
        return {part: str(storage.path(key).absolute()) if key else None for part, key in keys.items()}
    out.mkdir(parents=True, exist_ok=True)
    copies: dict[str, str | None] = {}
    for part, key in keys.items():
        target = (out / f"video-{state.video_id}{Path(key or '').suffix}").absolute()
        if key:
            storage.fetch(key, target)
        copies[part] = str(target) if key else None
    return copies


def _summary(state: VideoState, files: dict[str, str | None], share_url: str | None) -> dict[str, Any]:
    return {
        "video_id": state.video_id,
        "status": state.status,
        "video_file": files["video"],
        "thumbnail_file": files["thumbnail"],
        "captions_file": files["captions"],
        "share_url": share_url,
        "duration_seconds": state.duration_seconds,
        "resolution": state.resolution,
        "cost_usd": float(state.cost_usd),
        "failed_step": state.failed_step,
        "reason": state.reason,
        "warnings": [
            {"step": name, "reason": finding.reason, "second": finding.second}
            for name, finding in state.warnings
        ],
        "steps": [
            {
                "name": step.name,
                "status": step.status,
                "seconds": step.seconds,
                "cost_usd": float(step.cost_usd),
            }
            for step in state.steps
        ],
    }
