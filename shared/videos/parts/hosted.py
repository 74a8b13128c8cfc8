"""Hosted videos: what is shown of a composed video, where, and to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, SecretStr, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import HostedVideo, Video
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import Permanent
from shared.hosting import LoomVideo, VideoHostManager, hash_password, place_of
from shared.storage import Storage
from shared.values import Given, Length, Name, Text, Value
from shared.videos.parts import common

SORTABLE: Sortable = {
    "id": HostedVideo.id,
    "title": HostedVideo.title,
    "status": HostedVideo.status,
    "view_count": HostedVideo.view_count,
    "created_at": HostedVideo.created_at,
    "updated_at": HostedVideo.updated_at,
}
PART = common.Part("hosted video", Video.hosted_video_id)
Privacy = Literal["public", "unlisted", "private"]
_ON_PAGES = frozenset({"title", "description", "privacy", "password", "expires_at", "download_enabled"})


class NotOurs(Permanent):
    """Another provider shows the video: we can't keep anybody from it there."""


_YEARS = "^([2-8]|9[0-8]|99[0-8]|999[0-8])"  # 2000 to 9998


class HostedChanges(Given):
    """What is to change: fields that are left out stay, and null takes an optional one away.

    privacy: nobody sees what is private; public and unlisted are shown to whoever has the link.
    expires_at: nobody sees it from then on. password: has to be typed before it is seen.
    """

    title: Name = ""
    description: Annotated[Text, Length(5000)] | None = None
    tags: Annotated[tuple[Annotated[Text, Length(100, least=1)], ...], Field(max_length=50)] = ()
    privacy: Privacy = "unlisted"
    expires_at: Annotated[AwareDatetime, Field(json_schema_extra={"pattern": _YEARS})] | None = None
    password: Annotated[SecretStr, Field(min_length=4, max_length=200)] | None = None
    download_enabled: bool = False
    analytics_enabled: bool = True

    @field_validator("expires_at")
    @classmethod
    def _is_kept(cls, value: datetime | None) -> datetime | None:
        if value is not None and not 2000 <= value.year <= 9998:
            raise ValueError("expires_at: a year from 2000 to 9998")
        return value

    @property
    def kept_by_anyone(self) -> bool:
        """Whether it holds for what another provider shows as well: it shuts nobody out."""
        shutting = {"password", "expires_at", "download_enabled"}
        return shutting.isdisjoint(self.model_fields_set) and not (
            "privacy" in self.model_fields_set and self.privacy == "private"
        )

    @property
    def on_pages(self) -> bool:
        """Whether any of it is seen on the pages, or says who sees them."""
        return not _ON_PAGES.isdisjoint(self.model_fields_set)


class HostedState(Value):
    """A hosted video. has_password stands for the password, which is never shown.

    thumbnail_url: None where not everyone may see it. loom_url: of what lies at Loom.
    """

    id: int
    composed_video_id: int | None
    lead_id: int | None
    hosting_provider: str
    loom_url: str | None
    share_url: str
    embed_url: str
    thumbnail_url: str | None
    title: str
    description: str | None
    tags: tuple[str, ...]
    privacy: str
    has_password: bool
    expires_at: datetime | None
    download_enabled: bool
    analytics_enabled: bool
    view_count: int
    unique_viewers: int
    avg_watch_percentage: float | None
    total_cost_usd: float
    status: str
    reason: str | None
    created_at: datetime
    updated_at: datetime


def hosted_state(row: HostedVideo) -> HostedState:
    place = place_of(row.privacy, row.password_hash, row.expires_at)
    return HostedState(
        id=row.id,
        composed_video_id=row.composed_video_id,
        lead_id=row.lead_id,
        hosting_provider=row.hosting_provider,
        loom_url=LoomVideo.model_validate(row.loom).share_url if row.loom else None,
        share_url=row.share_url,
        embed_url=row.embed_url,
        thumbnail_url=row.thumbnail_url if place == "public" else None,
        title=row.title,
        description=row.description,
        tags=tuple(row.tags),
        privacy=row.privacy,
        has_password=row.password_hash is not None,
        expires_at=row.expires_at,
        download_enabled=row.download_enabled,
        analytics_enabled=row.analytics_enabled,
        view_count=row.view_count,
        unique_viewers=row.unique_viewers,
        avg_watch_percentage=row.avg_watch_percentage,
        total_cost_usd=float(row.total_cost_usd),
        status=row.status,
        reason=row.reason,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def read_hosted(session: Session, hosted_video_id: int, *, lock: bool = False) -> HostedState:
    """lock: nobody else changes it until the transaction ends. Raises NoSuchPart."""
    return hosted_state(common.find(session, HostedVideo, PART, hosted_video_id, lock=lock))


def list_hosted(
    session: Session,
    asked: Asked,
    *,
    lead_id: int | None = None,
    composed_video_id: int | None = None,
    status: str | None = None,
    privacy: str | None = None,
) -> Page[HostedState]:
    """Raises WrongCursor, WrongSort."""
    found = common.narrowed(
        select(HostedVideo),
        lead=(HostedVideo.lead_id, lead_id),
        composed=(HostedVideo.composed_video_id, composed_video_id),
        status=(HostedVideo.status, status),
        privacy=(HostedVideo.privacy, privacy),
    )
    return page(session, found, HostedVideo.id, SORTABLE, asked, hosted_state)


def change_hosted(
    session: Session, hosted_video_id: int, changes: HostedChanges, storage: Storage
) -> HostedState:
    """Write what is given; what fewer people may see from now on is withdrawn before that is said.

    What the pages show follows with `shared.hosting.show_hosted`, after the transaction.
    Raises NoSuchPart, BeingMade, NotOurs.
    """
    row = common.find(session, HostedVideo, PART, hosted_video_id, lock=True)
    given = {name: getattr(changes, name) for name in changes.model_fields_set}
    if given:
        common.check_finished(PART, row)
    if row.hosting_provider != "s3" and not changes.kept_by_anyone:
        raise NotOurs(
            f"{row.hosting_provider} shows this video to whoever has its link there, so privacy, a password, "
            "an end and downloads are to be set there; delete it here to take our pages away"
        )
    if "password" in given:
        password = given.pop("password")
        row.password_hash = None if password is None else hash_password(password.get_secret_value())
    for name, value in given.items():
        setattr(row, name, list(value) if name == "tags" else value)
    if place_of(row.privacy, row.password_hash, row.expires_at) != "public" and changes.on_pages:
        VideoHostManager(storage=storage).withdraw_from("public", row.slug)
    session.flush()
    session.refresh(row)
    return hosted_state(row)


def mark_hosted(session: Session, hosted_video_id: int) -> None:
    """The first half of deleting. Raises NoSuchPart, InUse, BeingMade."""
    common.mark(session, HostedVideo, PART, hosted_video_id)


def remove_hosted(workspace_id: int, hosted_video_id: int, database: Database, storage: Storage) -> None:
    """The second half: its pages and media, then its rows, who watched it among them."""
    found = common.to_remove(workspace_id, HostedVideo, PART, hosted_video_id, database)
    if found is None:
        return
    row, folders = found
    VideoHostManager(storage=storage).withdraw(row.slug)
    common.delete_files(storage, folders)
    with database.workspace(workspace_id) as session:
        gone = common.marked(session, HostedVideo, hosted_video_id)
        if gone is not None:
            common.delete_runs(session, PART, hosted_video_id)
            session.delete(gone)
