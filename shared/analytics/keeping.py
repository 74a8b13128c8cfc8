"""Views as rows, in one workspace's transaction; whatever is kept twice stays as it is."""

from __future__ import annotations

import hashlib
import hmac
import math
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.analytics.agents import read_agent
from shared.analytics.beacons import LAST_SECOND
from shared.analytics.gathering import Seen
from shared.analytics.stretches import length, merged, within
from shared.analytics.watching import COUNTED, COUNTS_SECONDS, counts
from shared.database.models import ComposedVideo, HostedVideo, VideoView
from shared.webhooks import announce

AT_ONCE = 1000
_TOLD_BY_FIRST = ("viewer_hash", "country", "device", "classification", "classification_reason")
_CHANGING = ("started_at", "watched", "watched_seconds", *_TOLD_BY_FIRST)
Row = dict[str, Any]


def keep_views(session: Session, workspace_id: int, views: Iterable[Seen], key: SecretStr) -> int:
    """Merge views into the rows, tell webhooks of those that count now and did not, and count again.

    Nobody else counts these videos meanwhile. Views of videos that are not shown, or not to be counted, are
    left out. key: makes the viewers' hashes. Returns how many rows are new or changed.
    """
    found = list(views)
    hosted = _lock(session, {seen.slug for seen in found})
    lengths = _lengths(session, hosted.values())
    rows = (
        _row(seen, row, lengths.get(row.composed_video_id), key)
        for seen in found
        if (row := hosted.get(seen.slug)) is not None
    )
    changed, touched = 0, set()
    by_id = {row.id: row for row in hosted.values()}
    while some := list(islice(rows, AT_ONCE)):
        written, begun = _merge(session, some)
        _write(session, workspace_id, written)
        if begun:
            told = (_event(by_id[row["hosted_video_id"]], row) for row in begun)
            announce(session, workspace_id, "video.viewed", *told)
        changed += len(written)
        touched |= {row["hosted_video_id"] for row in written}
    for hosted_id in sorted(touched):
        _count(session, hosted_id)
    return changed


def _lock(session: Session, slugs: set[str]) -> dict[str, HostedVideo]:
    wanted = (
        select(HostedVideo)
        .where(HostedVideo.slug.in_(slugs), HostedVideo.status == "ready", HostedVideo.analytics_enabled)
        .order_by(HostedVideo.id)
        .with_for_update(key_share=True)
    )
    return {row.slug: row for row in session.scalars(wanted)}


def _lengths(session: Session, hosted: Iterable[HostedVideo]) -> dict[int | None, int]:
    """Of composed videos, in whole seconds."""
    ids = {row.composed_video_id for row in hosted}
    found = select(ComposedVideo.id, ComposedVideo.duration_seconds).where(
        ComposedVideo.id.in_(ids), ComposedVideo.duration_seconds.is_not(None)
    )
    return {row_id: math.ceil(seconds or 0) for row_id, seconds in session.execute(found)}


def _row(seen: Seen, hosted: HostedVideo, seconds: int | None, key: SecretStr) -> Row:
    watched = within(merged(seen.stretches), LAST_SECOND if seconds is None else seconds)
    agent = read_agent(seen.hit.agent, seen.automated)
    return {
        "hosted_video_id": hosted.id,
        "view_id": str(uuid.uuid5(uuid.UUID(seen.view), hosted.slug)),  # never another video's
        "viewer_hash": viewer_hash(hosted.slug, seen.hit.address, seen.hit.agent, key),
        "started_at": seen.hit.at,
        "watched": [list(stretch) for stretch in watched],
        "watched_seconds": float(length(watched)),
        "country": seen.hit.country,
        "device": agent.device,
        "classification": agent.classification,
        "classification_reason": agent.reason,
    }


def viewer_hash(slug: str, address: str, agent: str, key: SecretStr) -> str:
    """Tells one video's viewers apart; another video's hashes of the same people are others.

    Addresses are few enough to be tried, so it is keyed (HMAC-SHA256, 128 bits) with SECRETS_KEY.
    """
    said = f"viewer\n{slug}\n{address}\n{agent}".encode()
    return hmac.new(key.get_secret_value().encode(), said, hashlib.sha256).hexdigest()[:32]


def _merge(session: Session, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """What is to be written; and of it what counts now, and did not."""
    columns = [getattr(VideoView, name) for name in ("view_id", *_CHANGING)]
    wanted = select(*columns).where(VideoView.view_id.in_([row["view_id"] for row in rows]))
    kept = {view.view_id: dict(view._mapping) for view in session.execute(wanted)}
    written, begun = [], []
    for row in rows:
        before = kept.get(row["view_id"])
        after = row if before is None else row | _both(before, row)
        if before is None or any(before[name] != after[name] for name in _CHANGING):
            written.append(after)
            if _is_counted(after) and not (before and _is_counted(before)):
                begun.append(after)
    return written, begun


def _both(before: Row, row: Row) -> Row:
    """The seconds of both; what the earlier one says of the viewer."""
    watched = merged([*before["watched"], *row["watched"]])
    first = min(before, row, key=_order)
    return {
        "started_at": first["started_at"],
        "watched": [list(stretch) for stretch in watched],
        "watched_seconds": float(length(watched)),
        **{name: first[name] for name in _TOLD_BY_FIRST},
    }


def _order(row: Row) -> tuple[datetime, tuple[str, ...]]:
    return row["started_at"], tuple(row[name] or "" for name in _TOLD_BY_FIRST)


def _is_counted(row: Row) -> bool:
    return row["classification"] in COUNTED and row["watched_seconds"] >= COUNTS_SECONDS


def _write(session: Session, workspace_id: int, rows: Sequence[Row]) -> None:
    if not rows:
        return
    statement = insert(VideoView)
    kept = {name: statement.excluded[name] for name in _CHANGING}
    statement = statement.on_conflict_do_update(index_elements=["workspace_id", "view_id"], set_=kept)
    session.connection().execute(statement, [row | {"workspace_id": workspace_id} for row in rows])


def _event(hosted: HostedVideo, row: Row) -> Row:
    return {
        "hosted_video_id": hosted.id,
        "lead_id": hosted.lead_id,
        "share_url": hosted.share_url,
        "view_id": row["view_id"],
        "started_at": f"{row['started_at'].astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _count(session: Session, hosted_id: int) -> None:
    """Anew, so that it follows the rows whatever they went through."""
    views, viewers = session.execute(
        select(func.count(), func.count(VideoView.viewer_hash.distinct())).where(
            VideoView.hosted_video_id == hosted_id, *counts()
        )
    ).one()
    session.execute(
        update(HostedVideo)
        .where(HostedVideo.id == hosted_id)
        .values(view_count=views, unique_viewers=viewers, updated_at=HostedVideo.updated_at),
        execution_options={"synchronize_session": False},
    )
