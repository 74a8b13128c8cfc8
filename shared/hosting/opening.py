"""Whoever opens a guarded video's address: whether they see it, and what they see instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from shared.database import Database
from shared.database.models import HostedVideo
from shared.hosting.access import (
    GUARDED,
    MEDIA_SECONDS,
    PAGE,
    hidden,
    is_password,
    is_slug,
    media_root,
)
from shared.hosting.manager import GuardedPage
from shared.hosting.pages import (
    CONTENT_SECURITY_POLICY,
    EMBED_CONTENT_SECURITY_POLICY,
    LOCKED_CONTENT_SECURITY_POLICY,
    LOCKED_EMBED_CONTENT_SECURITY_POLICY,
    SharePage,
    embed_page,
    expired_page,
    locked_page,
    not_found_page,
    share_page,
)
from shared.storage import CannotSign, Links, NotStored, Storage
from shared.values import Value

Kind = Literal["v", "embed"]


class Opened(Value):
    """What is answered: a document, its status, and the Content-Security-Policy that goes with it."""

    status: int
    html: str
    policy: str


class Doorkeeper:
    """Shows guarded videos. links: None where nothing can be signed, and so nothing guarded be shown."""

    def __init__(
        self,
        storage: Storage,
        database: Callable[[], Database],
        links: Links | None,
        now: datetime | None = None,
    ) -> None:
        self._storage, self._database, self._links = storage, database, links
        self._now = now

    def open(self, kind: Kind, slug: str, password: str | None = None) -> Opened:
        """password: as it was typed; None shows the form where one is asked for."""
        plain = EMBED_CONTENT_SECURITY_POLICY if kind == "embed" else CONTENT_SECURITY_POLICY
        kept, row = self._find(slug)
        if kept is None or row is None:
            return Opened(status=404, html=not_found_page(), policy=plain)
        now = self._now or datetime.now(UTC)
        if row.expires_at is not None and row.expires_at <= now:
            return Opened(status=410, html=expired_page(), policy=plain)
        if row.password_hash is not None and (
            password is None or not is_password(password, row.password_hash)
        ):
            return self.locked(kind, slug, "" if password is None else "That is not the password.")
        page = self._with_tokens(kept.page, row, now)
        return Opened(status=200, html=(embed_page if kind == "embed" else share_page)(page), policy=plain)

    def locked(self, kind: Kind, slug: str, problem: str, status: int | None = None) -> Opened:
        """Asks for the password."""
        policy = LOCKED_EMBED_CONTENT_SECURITY_POLICY if kind == "embed" else LOCKED_CONTENT_SECURITY_POLICY
        html = locked_page(f"/unlock/{kind}/{slug}", problem)
        return Opened(status=status or (403 if problem else 200), html=html, policy=policy)

    def _find(self, slug: str) -> tuple[GuardedPage | None, HostedVideo | None]:
        """The page, and the row that says who may see it; None for one that nobody may."""
        if not is_slug(slug):
            return None, None
        try:
            kept = GuardedPage.model_validate_json(self._storage.get(f"{GUARDED}/{slug}/{PAGE}"))
        except NotStored:
            return None, None
        with self._database().workspace(kept.guard.workspace_id) as session:
            row = session.get(HostedVideo, kept.guard.hosted_video_id)
        shown = row is not None and row.slug == slug and hidden(row.status, row.privacy) is None
        return kept, row if shown else None

    def _with_tokens(self, page: SharePage, row: HostedVideo, now: datetime) -> SharePage:
        if self._links is None:
            raise CannotSign("LINK_SIGNING_KEY is not set, and addresses of guarded media are signed with it")
        until = now.timestamp() + MEDIA_SECONDS
        if row.expires_at is not None:
            until = min(until, row.expires_at.timestamp())
        plain, signed = f"/media/{page.slug}/", f"{media_root(page.slug, self._links, until)}/"
        said = page.model_dump()
        for name, value in said.items():
            if name.endswith("_path") and isinstance(value, str) and value.startswith(plain):
                said[name] = signed + value.removeprefix(plain)
        said["downloads"] = [
            {"label": one.label, "path": signed + one.path.removeprefix(plain)} for one in page.downloads
        ]
        return SharePage.model_validate(said)
