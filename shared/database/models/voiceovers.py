"""How it is spoken."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Changing, Owned


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
