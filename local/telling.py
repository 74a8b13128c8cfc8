"""What `leadreel make` says of a video when it has ended."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared import composition
from shared.database import Database
from shared.storage import FileStorage
from shared.videos import VideoState

Files = Mapping[str, str | None]
NONE: Files = dict.fromkeys(("video", "thumbnail", "preview", "captions", "subtitles", "certificate"))


def tell(state: VideoState, files: Files, as_json: bool) -> int:
    """Returns the exit code."""
    ready = state.status == "completed"
    if not ready:
        reason = " ".join((state.reason or "the pipeline ended without a reason").split())
        print(f"leadreel: {state.failed_step or 'pipeline'}: {reason}", file=sys.stderr)
    for name, finding in state.warnings:
        moment = "" if finding.second is None else f"at {finding.second:.1f} s: "
        print(f"leadreel: warning: {name}: {moment}{finding.reason}", file=sys.stderr)
    if as_json:
        print(json.dumps(summary(state, files), ensure_ascii=False))
    elif ready:
        print(f"video:      {files['video']}")
        print(f"thumbnail:  {files['thumbnail']}")
        print(f"preview:    {files['preview']}")
        print(f"captions:   {files['captions']}")
        print(f"share page: {state.share_url}   (served by `make up` or `leadreel up`)")
        print(
            f"{state.duration_seconds:.1f} s in {', '.join(state.versions)}; "
            f"on AWS it would have cost ${state.cost_usd:.4f}"
        )
    return 0 if ready else 1


def tell_what_it_waits_for(state: VideoState) -> None:
    """And how somebody decides, in another terminal. Says nothing of a video that waits for nobody."""
    if state.waits_for is None:
        return
    command = f"leadreel approve {state.video_id} {state.waits_for}"
    print(
        f"leadreel: video {state.video_id} waits until somebody approves its {state.waits_for}: "
        f"`{command}`, or `{command} --reject REASON`; it may be left waiting, `leadreel up` finishes it",
        file=sys.stderr,
        flush=True,
    )


def files_of(
    state: VideoState,
    workspace_id: int,
    database: Database,
    storage: FileStorage,
    out: Path | None,
    *,
    make_mp4: bool = True,
) -> Files:
    """Where a video's files are; with `out`, copies there, named by the video's id.

    make_mp4: also of a campaign's video, whose MP4 is made when somebody asks for it.
    """
    if state.status != "completed":
        return NONE
    assert state.thumbnail_key is not None and state.composed_video_id is not None  # it is completed
    prefix = state.thumbnail_key.rpartition("/")[0]
    video = state.video_key
    if video is None and make_mp4:
        top = next(iter(state.versions))
        video = composition.make_version(
            state.composed_video_id, top, workspace_id, prefix, database, storage
        )
    keys = {
        "video": video,
        "thumbnail": state.thumbnail_key,
        "preview": state.preview_key,
        "captions": state.captions_key,
        "subtitles": f"{prefix}/captions.srt",
        "certificate": f"{prefix}/certificate.json",
    }
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


def summary(state: VideoState, files: Files) -> dict[str, Any]:
    """A video as JSON."""
    return {
        "video_id": state.video_id,
        "status": state.status,
        "video_file": files["video"],
        "thumbnail_file": files["thumbnail"],
        "preview_file": files["preview"],
        "captions_file": files["captions"],
        "subtitles_file": files["subtitles"],
        "certificate_file": files["certificate"],
        "certificate": state.certificate_verdict,
        "quality_versions": list(state.versions),
        "share_url": state.share_url if state.status == "completed" else None,
        "hls_url": state.hls_url if state.status == "completed" else None,
        "duration_seconds": state.duration_seconds,
        "resolution": state.resolution,
        "seconds": state.seconds,
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
