"""A run of a state machine: of all steps for a video, or of those that make one part of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shared.database.models import Video, VideoStep
from shared.workflow import KINDS, STEPS, StepName, is_needed

Operation = Literal["video", "recording", "script", "voiceover", "composition", "hosting"]
"""What a run makes. `functions/{operation}.asl.json` is its state machine; of a video it is the pipeline."""

STEPS_OF: dict[Operation, tuple[StepName, ...]] = {
    "video": STEPS,
    "recording": ("check_page", "plan", "record", "compose"),
    "script": ("script",),
    "voiceover": ("voice",),
    "composition": ("plan", "record", "compose"),
    "hosting": ("host",),
}


class Execution(NamedTuple):
    """What a run is started with. machine: the state machine's name; name: the execution's."""

    machine: str
    name: str
    value: dict[str, Any]


def begin_run(
    session: Session,
    workspace_id: int,
    lead_id: int,
    operation: Operation,
    options: dict[str, Any],
    **columns: Any,
) -> Video:
    """The rows of a run that has yet to be started."""
    row = Video(
        workspace_id=workspace_id,
        lead_id=lead_id,
        operation=operation,
        options=options,
        status="pending",
        attempt=1,
        **({"url": "", "page_job": ""} | columns),
    )
    session.add(row)
    session.flush()
    session.add_all(VideoStep(**step) for step in _steps(row.id, workspace_id, operation, begun=True))
    session.flush()
    return row


def add_videos(session: Session, workspace_id: int, rows: Sequence[dict[str, Any]]) -> list[int]:
    """The rows of many videos that wait for their turn, in their order. rows: columns of each."""
    common = {
        "workspace_id": workspace_id, "operation": "video", "status": "pending", "attempt": 1,
        "turn": "start",
    }  # fmt: skip
    adding = insert(Video).returning(Video.id, sort_by_parameter_order=True)
    ids = [*session.scalars(adding, [common | row for row in rows])]
    steps = [step for row_id in ids for step in _steps(row_id, workspace_id, "video", begun=False)]
    session.execute(insert(VideoStep), steps)
    return ids


def _steps(row_id: int, workspace_id: int, operation: Operation, *, begun: bool) -> list[dict[str, Any]]:
    return [
        {
            "video_id": row_id,
            "name": name,
            "workspace_id": workspace_id,
            "position": position,
            # it has no database to say so itself
            "status": "processing" if begun and name == "check_page" else "pending",
        }
        for position, name in enumerate(STEPS_OF[operation])
    ]


_MADE = {
    "recording": Video.screen_recording_id,
    "script": Video.video_script_id,
    "voiceover": Video.voiceover_id,
    "composition": Video.composed_video_id,
    "hosting": Video.hosted_video_id,
}


def run_making(session: Session, operation: Operation, part_id: int) -> Video:
    """The run that an order of this part began."""
    return session.scalars(
        select(Video).where(Video.operation == operation, _MADE[operation] == part_id)
    ).one()


def execution_of(run: Video, attempt: int | None = None) -> Execution:
    """How a run is started; attempt: this one, unless given."""
    machine = "pipeline" if run.operation == "video" else run.operation
    value: dict[str, Any] = {"workspace_id": run.workspace_id, "video_id": run.id, "page_job": run.page_job}
    if run.operation in ("video", "voiceover"):
        value["approve"] = {kind: is_needed(run, kind) for kind in KINDS}
    return Execution(machine, execution_name(run.id, attempt or run.attempt), value)


def execution_name(run_id: int, attempt: int) -> str:
    """A name can be had once: each attempt has its own."""
    return f"video-{run_id}" if attempt == 1 else f"video-{run_id}-{attempt}"
