"""Every table. Each row belongs to a workspace; row-level security (see migrations) keeps workspaces apart.

What is known only at the end of a step may be NULL until then. Money is USD with ten decimals: a millionth
of a cent, with two to spare. Times are UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Names constraints alike everywhere, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        Decimal: Numeric(20, 10),
        str: Text,
        float: Float,
        date: Date,
    }


class Owned:
    """A row of a workspace, with an integer id and the time it was made."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True, sort_order=-2)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), index=True, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=90)


class Changing(Owned):
    """A row that changes after it was made."""

    updated_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), onupdate=func.now(), sort_order=91
    )


class Workspace(Base):
    """approve_scripts, approve_voices: no voice is bought before somebody has approved these."""

    __tablename__ = "workspaces"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    approve_scripts: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    approve_voices: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class MachineClient(Owned, Base):
    """A program that signs in by itself (OAuth client credentials): whose it is, and what it may do.

    secret_hash: NULL where another issuer keeps the secret. revoked_at: it is refused from then on.
    """

    __tablename__ = "machine_clients"

    client_id: Mapped[str] = mapped_column(String(128), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    role: Mapped[str] = mapped_column(String(20))
    secret_hash: Mapped[str | None] = mapped_column(String(200))
    revoked_at: Mapped[datetime | None]


class IssuerKeys(Base):
    """The public keys of whoever signs our tokens, as all processes share them.

    asked_at: when somebody last asked for them. Belongs to no workspace.
    """

    __tablename__ = "issuer_keys"

    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    keys: Mapped[list[Any]] = mapped_column(default=list)
    asked_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]


class RequestBudget(Base):
    """What is taken of a minute's budget of requests. minute: since 1970. Belongs to no workspace.

    It is not written to the log of Postgres: after a crash, everybody's minute begins anew.
    """

    __tablename__ = "request_budgets"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    bucket: Mapped[str] = mapped_column(String(100), primary_key=True)
    minute: Mapped[int] = mapped_column(BigInteger, index=True)
    taken: Mapped[int]


class VendorLimit(Base):
    """What a vendor still lets us buy. Belongs to no workspace, as the keys don't.

    asked_at: when somebody last took it upon them to ask. seen_at: when the vendor last said.
    """

    __tablename__ = "vendor_limits"

    vendor: Mapped[str] = mapped_column(String(50), primary_key=True)
    remaining: Mapped[Decimal | None]
    quota: Mapped[Decimal | None]
    unit: Mapped[str | None] = mapped_column(String(30))
    resets_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")


class AuditEntry(Owned, Base):
    """A change, by whom, to what. changes: the fields that were given, without secrets."""

    __tablename__ = "audit_entries"

    actor: Mapped[str] = mapped_column(String(300))
    role: Mapped[str] = mapped_column(String(20))
    operation: Mapped[str] = mapped_column(String(100))
    resource: Mapped[str | None] = mapped_column(String(300), index=True)
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request_id: Mapped[str] = mapped_column(String(100))


class KeptAnswer(Base):
    """What a request with an Idempotency-Key was answered. It is written with what the request changed.

    busy_until: until then somebody may still be waiting for a better answer.
    """

    __tablename__ = "kept_answers"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    operation: Mapped[str] = mapped_column(String(100))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    body: Mapped[str] = mapped_column(default="")
    busy_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Webhook(Changing, Base):
    """Whom to tell of which events.

    secret: sealed; so is `former_secret`, which signs as well until `former_until`.
    disabled_reason: why we disabled it, if we did.
    """

    __tablename__ = "webhooks"

    url: Mapped[str]
    description: Mapped[str | None]
    events: Mapped[list[Any]]
    secret: Mapped[str]
    former_secret: Mapped[str | None]
    former_until: Mapped[datetime | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str | None]


class WebhookDelivery(Owned, Base):
    """An event that a webhook is to be told: pending, then delivered or failed.

    attempts: since it was queued, the last time by hand. next_attempt_at: until then, nobody else sends it.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
    )

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    event_id: Mapped[str] = mapped_column(UUID(as_uuid=False))
    event: Mapped[str] = mapped_column(String(50))
    payload: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(20), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_status_code: Mapped[int | None]
    last_error: Mapped[str | None]
    delivered_at: Mapped[datetime | None]


class WebhookAttempt(Base):
    """One request of a delivery, and what came of it. answer: how its body begins."""

    __tablename__ = "webhook_attempts"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), index=True)
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    status_code: Mapped[int | None]
    milliseconds: Mapped[int]
    error: Mapped[str | None]
    answer: Mapped[str | None]


class Lead(Changing, Base):
    """The person a video is for. `variables` are further fields a script or a URL may use."""

    __tablename__ = "leads"

    name: Mapped[str]
    company: Mapped[str]
    industry: Mapped[str | None]
    email: Mapped[str | None]
    title: Mapped[str | None]
    website: Mapped[str | None]
    notes: Mapped[str | None]
    variables: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DemoSite(Changing, Base):
    """A page that is often recorded, and how.

    access: headers and cookies for it, sealed (`shared.recording.seal`). access_names: what may be shown.
    """

    __tablename__ = "demo_sites"

    name: Mapped[str]
    url: Mapped[str]
    recording_settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    access: Mapped[str | None]
    access_names: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Video(Changing, Base):
    """One run of a state machine for one lead. `options` is what was asked (style, duration, key messages …).

    operation: `video` for all of it, else the one part that was asked for (`shared.videos.Operation`).
    attempt: how often its state machine was started.
    """

    __tablename__ = "videos"

    operation: Mapped[str] = mapped_column(String(20), default="video", server_default="video", index=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    demo_site_id: Mapped[int | None] = mapped_column(ForeignKey("demo_sites.id"))
    url: Mapped[str]
    options: Mapped[dict[str, Any]]
    page_job: Mapped[str]
    status: Mapped[str] = mapped_column(String(50), default="pending", index=True)
    attempt: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    failed_step: Mapped[str | None]
    reason: Mapped[str | None]
    video_script_id: Mapped[int | None] = mapped_column(ForeignKey("video_scripts.id"))
    voiceover_id: Mapped[int | None] = mapped_column(ForeignKey("voiceovers.id"))
    screen_recording_id: Mapped[int | None] = mapped_column(ForeignKey("screen_recordings.id"))
    composed_video_id: Mapped[int | None] = mapped_column(ForeignKey("composed_videos.id"))
    hosted_video_id: Mapped[int | None] = mapped_column(ForeignKey("hosted_videos.id"))
    completed_at: Mapped[datetime | None]


class VideoStep(Base):
    """A step of a video's pipeline. progress: 0 to 1 within the step. result: what it handed to the next."""

    __tablename__ = "video_steps"

    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), index=True)
    position: Mapped[int]
    status: Mapped[str] = mapped_column(String(50), default="pending")
    progress: Mapped[float] = mapped_column(default=0.0)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    seconds: Mapped[float | None]
    reason: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]


class Approval(Base):
    """What a person decides on before a video's voice is bought: its script, or a sample of the voice.

    status: pending, approved, rejected, expired; of a script, `VideoScript.is_approved` says which of the
    first three. stale: the script was edited while the voice waited, which is asked anew. task_token: of the
    pipeline, which waits for an answer. sample: of the voice, {audio_key, text, duration_seconds}.
    """

    __tablename__ = "approvals"

    video_id: Mapped[int] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), index=True)
    status: Mapped[str] = mapped_column(String(20), default="pending")
    task_token: Mapped[str | None]
    asked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(300))
    reason: Mapped[str | None]
    sample: Mapped[dict[str, Any] | None]


class ScreenRecording(Changing, Base):
    """quality: the report on what was filmed (`shared.recording.QualityReport`), with its verdict."""

    __tablename__ = "screen_recordings"

    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    demo_site_id: Mapped[int | None] = mapped_column(ForeignKey("demo_sites.id"))
    url_recorded: Mapped[str]
    video_file_path: Mapped[str | None]
    duration_seconds: Mapped[float | None]
    resolution: Mapped[str] = mapped_column(String(50), default="1920x1080")
    file_size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(50), default="pending")
    reason: Mapped[str | None]
    recording_config: Mapped[dict[str, Any]] = mapped_column(default=dict)
    quality: Mapped[dict[str, Any]] = mapped_column(default=dict)


class RecordingSession(Owned, Base):
    """One scene's filming: by which request and browser, when, how many frames, how many of them unique."""

    __tablename__ = "recording_sessions"

    screen_recording_id: Mapped[int] = mapped_column(
        ForeignKey("screen_recordings.id", ondelete="CASCADE"), index=True
    )
    job: Mapped[str]
    request_id: Mapped[str]
    browser_version: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    frame_count: Mapped[int]
    unique_frame_count: Mapped[int]


class RecordingSegment(Owned, Base):
    """A scene of a recording: where in the video it stands and where its frames are kept."""

    __tablename__ = "recording_segments"
    __table_args__ = (UniqueConstraint("screen_recording_id", "position"),)

    screen_recording_id: Mapped[int] = mapped_column(ForeignKey("screen_recordings.id", ondelete="CASCADE"))
    position: Mapped[int]
    job: Mapped[str]
    first_frame: Mapped[int]
    frame_count: Mapped[int]
    scene_type: Mapped[str] = mapped_column(String(20))


class VideoScript(Changing, Base):
    __tablename__ = "video_scripts"

    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    script_style: Mapped[str] = mapped_column(String(50))
    language: Mapped[str] = mapped_column(String(10), default="en", server_default="en")
    sections: Mapped[list[Any]] = mapped_column(default=list)
    total_duration_seconds: Mapped[float]
    target_audience: Mapped[str | None]
    key_messages: Mapped[list[Any]] = mapped_column(default=list)
    ai_model_used: Mapped[str | None] = mapped_column(String(100))
    ai_cost: Mapped[Decimal | None]
    is_approved: Mapped[str] = mapped_column(String(50), default="pending")
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(50), default="processing")
    reason: Mapped[str | None]


class VideoScriptVersion(Owned, Base):
    """A script as it was before an edit. author: who edited it then."""

    __tablename__ = "video_script_versions"
    __table_args__ = (UniqueConstraint("video_script_id", "version"),)

    video_script_id: Mapped[int] = mapped_column(ForeignKey("video_scripts.id"))
    version: Mapped[int]
    sections: Mapped[list[Any]]
    is_approved: Mapped[str] = mapped_column(String(50))
    author: Mapped[str | None] = mapped_column(String(300))


class Voiceover(Changing, Base):
    """A spoken script. `sections` gives each section's audio key, length and words."""

    __tablename__ = "voiceovers"

    video_script_id: Mapped[int | None] = mapped_column(ForeignKey("video_scripts.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    voice_preset: Mapped[str] = mapped_column(String(100))
    voice_settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    voice_id: Mapped[str | None] = mapped_column(String(100))
    voice_name: Mapped[str | None] = mapped_column(String(100))
    format: Mapped[str] = mapped_column(String(10), default="wav")
    audio_file_path: Mapped[str | None]
    duration_seconds: Mapped[float | None]
    characters_processed: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[Decimal | None]
    sections: Mapped[list[Any]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(String(50), default="processing")
    reason: Mapped[str | None]


class VoiceoverUsage(Owned, Base):
    """What a day's voice cost, and what the cache spared."""

    __tablename__ = "voiceover_usage"
    __table_args__ = (UniqueConstraint("workspace_id", "day", "model"),)

    day: Mapped[date]
    model: Mapped[str] = mapped_column(String(100))
    characters: Mapped[int] = mapped_column(BigInteger, default=0)
    cost_usd: Mapped[Decimal] = mapped_column(default=Decimal(0))
    calls: Mapped[int] = mapped_column(default=0)
    cache_hits: Mapped[int] = mapped_column(default=0)
    saved_usd: Mapped[Decimal] = mapped_column(default=Decimal(0))


class VoiceoverCache(Owned, Base):
    """A piece of speech that is kept, and how often it was used again."""

    __tablename__ = "voiceover_cache"
    __table_args__ = (UniqueConstraint("workspace_id", "content_hash"),)

    content_hash: Mapped[str] = mapped_column(String(64))
    voice_id: Mapped[str] = mapped_column(String(100))
    model: Mapped[str] = mapped_column(String(100))
    audio_key: Mapped[str]
    characters: Mapped[int]
    duration_seconds: Mapped[float]
    price_usd: Mapped[Decimal]
    hits: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Pronunciation(Changing, Base):
    """How a workspace wants a word or phrase to be said. language: ISO 639-1; NULL holds for all."""

    __tablename__ = "pronunciations"
    __table_args__ = (
        UniqueConstraint("workspace_id", "written", "language", postgresql_nulls_not_distinct=True),
    )

    written: Mapped[str] = mapped_column(String(200))
    said: Mapped[str] = mapped_column(String(400))
    language: Mapped[str | None] = mapped_column(String(10))


class ComposedVideo(Changing, Base):
    __tablename__ = "composed_videos"

    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    screen_recording_id: Mapped[int | None] = mapped_column(ForeignKey("screen_recordings.id"))
    voiceover_id: Mapped[int | None] = mapped_column(ForeignKey("voiceovers.id"))
    video_file_path: Mapped[str | None]
    thumbnail_path: Mapped[str | None]
    captions_path: Mapped[str | None]
    preview_path: Mapped[str | None]
    duration_seconds: Mapped[float | None]
    resolution: Mapped[str] = mapped_column(String(20))
    format: Mapped[str] = mapped_column(String(10), default="mp4")
    file_size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    quality_versions: Mapped[list[Any]] = mapped_column(default=list)
    branding_applied: Mapped[bool] = mapped_column(default=False)
    has_intro: Mapped[bool] = mapped_column(default=False)
    processing_time_seconds: Mapped[float | None]
    certificate: Mapped[dict[str, Any] | None]
    status: Mapped[str] = mapped_column(String(50), default="pending")
    reason: Mapped[str | None]


class ClipClaim(Base):
    """Somebody is encoding a clip (its storage prefix); nobody any more once `held_until` has passed."""

    __tablename__ = "clip_claims"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    clip: Mapped[str] = mapped_column(String(200), primary_key=True)
    holder: Mapped[str] = mapped_column(String(36))
    held_until: Mapped[datetime]


class PublishedClip(Base):
    """A clip that playlists refer to. key: in storage; the object is there while the row is."""

    __tablename__ = "published_clips"

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ClipUse(Base):
    """A composed video whose playlists refer to a published clip."""

    __tablename__ = "clip_uses"
    __table_args__ = (
        ForeignKeyConstraint(
            ["workspace_id", "key"], ["published_clips.workspace_id", "published_clips.key"]
        ),
    )

    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    composed_video_id: Mapped[int] = mapped_column(
        ForeignKey("composed_videos.id"), primary_key=True, index=True
    )


class CompositionJob(Changing, Base):
    """A composition's work: how many clips it needed and how many it had to encode."""

    __tablename__ = "composition_jobs"

    composed_video_id: Mapped[int] = mapped_column(
        ForeignKey("composed_videos.id", ondelete="CASCADE"), index=True
    )
    status: Mapped[str] = mapped_column(String(50), default="pending")
    clips_total: Mapped[int] = mapped_column(default=0)
    clips_encoded: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class HostedVideo(Changing, Base):
    __tablename__ = "hosted_videos"

    composed_video_id: Mapped[int | None] = mapped_column(ForeignKey("composed_videos.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    hosting_provider: Mapped[str] = mapped_column(String(50))
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    share_url: Mapped[str]
    embed_url: Mapped[str]
    thumbnail_url: Mapped[str | None]
    title: Mapped[str]
    description: Mapped[str | None]
    tags: Mapped[list[Any]] = mapped_column(default=list)
    privacy: Mapped[str] = mapped_column(String(20), default="unlisted")
    password_hash: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    download_enabled: Mapped[bool] = mapped_column(default=False)
    analytics_enabled: Mapped[bool] = mapped_column(default=True)
    view_count: Mapped[int] = mapped_column(default=0)
    unique_viewers: Mapped[int] = mapped_column(default=0)
    avg_watch_percentage: Mapped[float | None]
    total_cost_usd: Mapped[Decimal] = mapped_column(default=Decimal(0))
    status: Mapped[str] = mapped_column(String(50), default="pending")
    reason: Mapped[str | None]


class VideoView(Owned, Base):
    """One viewing: what was watched, by whom as far as that is known, and how it is classified."""

    __tablename__ = "video_views"
    __table_args__ = (UniqueConstraint("workspace_id", "view_id"),)

    hosted_video_id: Mapped[int] = mapped_column(
        ForeignKey("hosted_videos.id", ondelete="CASCADE"), index=True
    )
    view_id: Mapped[str] = mapped_column(UUID(as_uuid=False))
    viewer_hash: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime]
    watched: Mapped[list[Any]] = mapped_column(default=list)
    watched_seconds: Mapped[float] = mapped_column(default=0.0)
    country: Mapped[str | None] = mapped_column(String(2))
    device: Mapped[str | None] = mapped_column(String(20))
    classification: Mapped[str] = mapped_column(String(30), default="unclassified")
    classification_reason: Mapped[str | None]


class PaidCallRow(Changing, Base):
    """The ledger: a call to a paid vendor, written down before it is made.

    status: begun, then done, refused or unknown. claimed_until: a begun call is being made, unless this has
    passed: then who made it is gone.
    """

    __tablename__ = "paid_calls"
    __table_args__ = (
        Index("ix_paid_calls_workspace_id_content_hash", "workspace_id", "content_hash"),
        Index(
            "ix_paid_calls_begun",
            "workspace_id",
            "content_hash",
            unique=True,
            postgresql_where=text("status = 'begun'"),
        ),
    )

    video_id: Mapped[int | None] = mapped_column(ForeignKey("videos.id"), index=True)
    step: Mapped[str | None] = mapped_column(String(50))
    vendor: Mapped[str] = mapped_column(String(50))
    operation: Mapped[str] = mapped_column(String(100))
    content_hash: Mapped[str] = mapped_column(String(64))
    request: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None]
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None] = mapped_column(String(30))
    price_usd: Mapped[Decimal | None]
    claimed_until: Mapped[datetime] = mapped_column(server_default=func.now())


class VendorSlot(Base):
    """One of the calls that a vendor takes at once; free when `held_until` has passed.

    Belongs to no workspace: the vendor counts the account's calls.
    """

    __tablename__ = "vendor_slots"

    vendor: Mapped[str] = mapped_column(String(50), primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    holder: Mapped[str | None] = mapped_column(String(36))
    held_until: Mapped[datetime] = mapped_column(server_default=func.now())


class Invocation(Base):
    """The two lines that tell of a Lambda invocation, in any order: who it worked for, and its REPORT.

    Belongs to no workspace: once both are here, the cost entry is written in the right one.
    """

    __tablename__ = "invocations"

    request_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    function: Mapped[str] = mapped_column(String(100))
    workspace_id: Mapped[int | None]
    video_id: Mapped[int | None]
    step: Mapped[str | None] = mapped_column(String(50))
    report: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class CostEntry(Base):
    """Something that cost money, or would on AWS.

    reference: the Lambda request id or the paid call's id, so that the same cost is never written twice.
    workspace: NULL where nobody in particular is to pay, as for a migration.
    """

    __tablename__ = "cost_entries"
    __table_args__ = (UniqueConstraint("kind", "reference"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspaces.id"), index=True)
    video_id: Mapped[int | None] = mapped_column(Integer, index=True)
    step: Mapped[str | None] = mapped_column(String(50))
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(100))
    reference: Mapped[str] = mapped_column(String(100))
    quantity: Mapped[Decimal | None]
    unit: Mapped[str | None] = mapped_column(String(30))
    amount_usd: Mapped[Decimal] = mapped_column(default=Decimal(0))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
