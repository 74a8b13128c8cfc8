"""Workspaces, and their programs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.models.base import Base, Owned


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
