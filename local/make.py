"""`leadreel make`: personal videos, from leads and a page."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from local.environment import allow_demo
from local.executions import JournalExecutions
from local.joining import Joined
from local.journal import read_execution
from local.progress import ProgressView
from local.telling import files_of, summary, tell, tell_what_it_waits_for
from shared.accounts import open_workspace
from shared.database import Database, DatabaseUnreachable
from shared.settings import Settings
from shared.storage import FileStorage, Storage
from shared.videos import (
    UNENDED,
    Execution,
    VideoRequest,
    VideoState,
    WrongRequest,
    create_video,
    read_video,
    tend_run,
)

POLL_SECONDS = 0.25
AT_ONCE = 4
"""Videos of a list: a browser or an encoder of one works while the steps of another wait."""
DEMO_PAGE = "http://127.0.0.1/"  # stands for the demo site until the runtime says where it is

ReadStyling = Callable[[Storage, int], Mapping[str, Any]]
"""Puts the files that a video shows into storage, for a workspace. Returns the fields of its `styling`."""


@dataclass
class _Making:
    """What all videos of one command share."""

    runtime: Joined
    workspace_id: int
    database: Database
    storage: FileStorage
    settings: Settings

    async def make(self, request: VideoRequest, view: ProgressView | None) -> VideoState:
        """Ask for a video, and stay until it has ended."""
        info = await self.runtime.ensure()
        settings = allow_demo(self.settings, info.demo_url)
        asked = create_video(request, self.workspace_id, self.database, self.storage, settings)
        JournalExecutions(info.owner_url).start(*asked)
        return await _follow(self.runtime, asked, self.database, self.storage, view)


async def make_videos(
    settings: Settings,
    leads: Sequence[Mapping[str, Any]],
    styling: ReadStyling,
    out: Path | None,
    *,
    as_list: bool,
    as_json: bool,
) -> int:
    """Make a video for each lead and say where it is. Returns the exit code.

    leads: fields of a VideoRequest each; `url` None stands for the demo site. as_list: tell of many, even if
    there is one.
    """
    requests = [_parse(fields, as_list) for fields in leads]
    storage = FileStorage(settings.storage_path)
    started = time.monotonic()
    async with Joined(settings) as runtime:
        info = await runtime.ensure()
        database = Database(info.app_url)
        try:
            workspace_id = open_workspace(database)
            looks = {"styling": styling(storage, workspace_id)}
            demo = {"url": info.demo_url + "/"}
            requests = [
                VideoRequest.parse(**(request.model_dump() | looks | (demo if fields["url"] is None else {})))
                for request, fields in zip(requests, leads, strict=True)
            ]
            making = _Making(runtime, workspace_id, database, storage, settings)
            if not as_list:
                with ProgressView(requests[0].duration_seconds) as view:
                    state = await making.make(requests[0], view)
                files = files_of(state, making.workspace_id, database, storage, out)
                return tell(state, files, as_json)
            states = await _make_all(making, requests)
            told = [
                summary(
                    state, files_of(state, workspace_id, database, storage, out, make_mp4=out is not None)
                )
                for state in states
            ]
        finally:
            database.close()
    return _tell_all(told, time.monotonic() - started, as_json)


def _parse(fields: Mapping[str, Any], as_list: bool) -> VideoRequest:
    """Raises WrongRequest; of many leads, it says which."""
    try:
        return VideoRequest.parse(**{**fields, "url": DEMO_PAGE if fields["url"] is None else fields["url"]})
    except WrongRequest as error:
        if not as_list:
            raise
        raise WrongRequest(f"{fields['name']}: {error}") from error


async def _make_all(making: _Making, requests: Sequence[VideoRequest]) -> list[VideoState]:
    """The first one alone: what it films and encodes, the others share."""
    room = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def make(request: VideoRequest, *, alone: bool = False) -> VideoState:
        nonlocal done
        async with room:
            with ProgressView(request.duration_seconds) if alone else nullcontext() as view:
                state = await making.make(request, view)
        done += 1
        how = "ready" if state.status == "completed" else f"{state.failed_step}: {state.reason}"
        print(f"{done} of {len(requests)}: {request.name}: {how}", file=sys.stderr)
        return state

    first = await make(requests[0], alone=True)
    return [first, *await asyncio.gather(*(make(request) for request in requests[1:]))]


def _tell_all(told: Sequence[Mapping[str, Any]], seconds: float, as_json: bool) -> int:
    failed = sum(video["status"] != "completed" for video in told)
    if as_json:
        print(
            json.dumps({"videos": told, "failed": failed, "seconds": round(seconds, 3)}, ensure_ascii=False)
        )
    else:
        for video in told:
            print(video["share_url"] or f"video {video['video_id']} failed: {video['reason']}")
    return 1 if failed else 0


async def _follow(
    runtime: Joined,
    asked: Execution,
    database: Database,
    storage: FileStorage,
    view: ProgressView | None,
) -> VideoState:
    """Show how far the video is until its execution has ended."""
    waited: str | None = None
    while True:
        info = await runtime.ensure()
        try:
            execution = await asyncio.to_thread(read_execution, info.app_url, asked.name)
            state = await asyncio.to_thread(
                read_video, asked.value["workspace_id"], asked.value["video_id"], database, storage
            )
        except (psycopg2.OperationalError, DatabaseUnreachable):
            await asyncio.sleep(POLL_SECONDS)  # whoever ran it has gone: the next `ensure` takes over
            continue
        if view is not None:
            view.show(state)
        if state.waits_for != waited:
            waited = state.waits_for
            tell_what_it_waits_for(state)
        if execution is not None and execution.status != "RUNNING":
            if state.status not in UNENDED:
                return state
            runs = JournalExecutions(info.owner_url)
            await asyncio.to_thread(
                tend_run, database, runs, asked.value["workspace_id"], asked.value["video_id"]
            )
        await asyncio.sleep(POLL_SECONDS)
