"""Voiceovers: scripts that were spoken, and what a day's speaking cost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import Approval, ComposedVideo, Video, Voiceover, VoiceoverUsage
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import Permanent
from shared.storage import Storage
from shared.values import Value
from shared.videos.parts import common
from shared.workflow import ApprovalKind, waits_for

SORTABLE: Sortable = {
    "id": Voiceover.id,
    "status": Voiceover.status,
    "created_at": Voiceover.created_at,
    "updated_at": Voiceover.updated_at,
}
PART = common.Part(
    "voiceover", Video.voiceover_id, ((ComposedVideo.voiceover_id, "composed video {} plays it"),)
)
RUNS = "/api/v1/videos"
"""Where the API shows a run, and takes what is decided on it."""
MOST_DAYS = 366
DEFAULT_DAYS = 30


class WrongDays(Permanent):
    """A period ends before it begins, or is too long."""


class NeededApproval(Value):
    """What somebody has to decide on before it is spoken on. decide_at: where the decision is POSTed.

    sample_at: where the sample of the voice is, a WAV; None for a script.
    """

    kind: ApprovalKind
    decide_at: str
    sample_at: str | None
    sample_text: str | None


class VoiceoverState(Value):
    """A voiceover. audio_file_path: its storage key. cost_usd: 0 for what was spoken before.

    needs: while it is waiting_approval.
    """

    id: int
    video_script_id: int | None
    lead_id: int | None
    voice_preset: str
    voice_settings: dict[str, Any]
    voice_id: str | None
    voice_name: str | None
    format: str
    audio_file_path: str | None
    duration_seconds: float | None
    characters_processed: int
    cost_usd: float | None
    status: str
    reason: str | None
    needs: NeededApproval | None
    created_at: datetime
    updated_at: datetime


class UsageDay(Value):
    """calls: to the vendor. cache_hits: pieces that had been spoken before. saved_usd: what these spared."""

    day: date
    characters: int
    cost_usd: float
    calls: int
    cache_hits: int
    saved_usd: float


class VoiceoverUsageReport(Value):
    """From the first day to the last, both included, in UTC. days: those on which something was spoken."""

    first_day: date
    last_day: date
    days: tuple[UsageDay, ...]
    characters: int
    cost_usd: float
    calls: int
    cache_hits: int
    saved_usd: float


def voiceover_state(session: Session, row: Voiceover) -> VoiceoverState:
    return VoiceoverState(
        id=row.id,
        video_script_id=row.video_script_id,
        lead_id=row.lead_id,
        voice_preset=row.voice_preset,
        voice_settings=row.voice_settings,
        voice_id=row.voice_id,
        voice_name=row.voice_name,
        format=row.format,
        audio_file_path=row.audio_file_path,
        duration_seconds=row.duration_seconds,
        characters_processed=row.characters_processed,
        cost_usd=None if row.cost_usd is None else float(row.cost_usd),
        status=row.status,
        reason=row.reason,
        needs=_needs(session, row) if row.status == "waiting_approval" else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def read_voiceover(session: Session, voiceover_id: int, *, lock: bool = False) -> VoiceoverState:
    """lock: nobody else changes it until the transaction ends. Raises NoSuchPart."""
    return voiceover_state(session, common.find(session, Voiceover, PART, voiceover_id, lock=lock))


def _needs(session: Session, row: Voiceover) -> NeededApproval | None:
    runs = (run for run in common.runs_of(session, PART, row.id) if run.operation == "voiceover")
    run = next(runs, None)
    kind = waits_for(session, run) if run else None
    if run is None or kind is None:
        return None
    approval = session.get(Approval, (run.id, kind))
    sample = approval.sample if approval else None
    return NeededApproval(
        kind=kind,
        decide_at=f"{RUNS}/{run.id}/approvals/{kind}",
        sample_at=f"{RUNS}/{run.id}/voice-sample" if sample else None,
        sample_text=sample["text"] if sample else None,
    )


def list_voiceovers(
    session: Session,
    asked: Asked,
    *,
    lead_id: int | None = None,
    video_script_id: int | None = None,
    status: str | None = None,
) -> Page[VoiceoverState]:
    """Raises WrongCursor, WrongSort."""
    found = common.narrowed(
        select(Voiceover),
        lead=(Voiceover.lead_id, lead_id),
        script=(Voiceover.video_script_id, video_script_id),
        status=(Voiceover.status, status),
    )
    return page(session, found, Voiceover.id, SORTABLE, asked, lambda row: voiceover_state(session, row))


def mark_voiceover(session: Session, voiceover_id: int) -> None:
    """The first half of deleting. Raises NoSuchPart, InUse, BeingMade."""
    common.mark(session, Voiceover, PART, voiceover_id)


def remove_voiceover(workspace_id: int, voiceover_id: int, database: Database, storage: Storage) -> None:
    """The second half: its file, then its rows. The pieces that it was put together of stay in the cache."""
    found = common.to_remove(workspace_id, Voiceover, PART, voiceover_id, database)
    if found is None:
        return
    common.delete_files(storage, found[1], [found[0].audio_file_path])
    with database.workspace(workspace_id) as session:
        row = common.marked(session, Voiceover, voiceover_id)
        if row is not None:
            common.delete_runs(session, PART, voiceover_id)
            session.delete(row)


def voiceover_usage(
    session: Session,
    first_day: date | None = None,
    last_day: date | None = None,
    *,
    today: date | None = None,
) -> VoiceoverUsageReport:
    """Of thirty days up to today unless asked otherwise. Raises WrongDays."""
    last = last_day or today or datetime.now(UTC).date()
    first = first_day or last - timedelta(days=DEFAULT_DAYS - 1)
    if first > last or (last - first).days >= MOST_DAYS:
        raise WrongDays(f"from {first} to {last} is no period of 1 to {MOST_DAYS} days")
    counted = ("characters", "cost_usd", "calls", "cache_hits", "saved_usd")
    sums = [func.sum(getattr(VoiceoverUsage, name)).label(name) for name in counted]
    rows = session.execute(
        select(VoiceoverUsage.day, *sums)
        .where(VoiceoverUsage.day.between(first, last))
        .group_by(VoiceoverUsage.day)
        .order_by(VoiceoverUsage.day)
    ).all()
    totals = {name: sum((getattr(row, name) for row in rows), Decimal(0)) for name in counted}
    return VoiceoverUsageReport.model_validate(
        {
            "first_day": first,
            "last_day": last,
            "days": tuple(
                {"day": row.day, **{name: _number(getattr(row, name), name) for name in counted}}
                for row in rows
            ),
            **{name: _number(total, name) for name, total in totals.items()},
        }
    )


def _number(value: Decimal | int, name: str) -> float | int:
    return float(value) if name.endswith("_usd") else int(value)
