"""Who signs tokens: what every request needs, so it is by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base


class IssuerKeys(Base):
    """The public keys of whoever signs our tokens, as all processes share them.

    asked_at: when somebody last asked for them. Belongs to no workspace.
    """

    __tablename__ = "issuer_keys"

    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    keys: Mapped[list[Any]] = mapped_column(default=list)
    asked_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
