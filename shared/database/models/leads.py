"""Whom videos are for, and the pages that are shown to them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Changing


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
