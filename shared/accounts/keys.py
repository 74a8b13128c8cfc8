"""The issuer's public keys: kept by each process, shared through the database, asked for rarely.

A token with an unknown key id may be the first after a change of keys, or one of a thousand forgeries: all
processes together ask the issuer at most once in ten seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.accounts.tokens import FetchKeys
from shared.database import Database
from shared.database.models import IssuerKeys
from shared.errors import Retryable

ASK_SECONDS = 10
KEEP_SECONDS = 3600.0
LOOK_SECONDS = 1.0
"""Not even the database is asked more often by one process."""
PATIENCE_SECONDS = 3.0
"""For the first keys, that another process is just fetching."""
_PAUSE_SECONDS = 0.1
_DEADLINE_SECONDS = 5.0
_LARGEST = 100_000


class KeysUnreachable(Retryable):
    """The issuer does not say its keys, and nobody knows them yet."""


class SharedKeys:
    """The port `Keys` over the table of keys. fetch: asks the issuer."""

    def __init__(self, issuer: str, database: Database, fetch: FetchKeys) -> None:
        self._issuer, self._database, self._fetch = issuer, database, fetch
        self._known: dict[str, Mapping[str, Any]] = {}
        self._until = 0.0
        self._looked_at = float("-inf")
        self._looking = threading.Lock()

    def find(self, key_id: str) -> Mapping[str, Any] | None:
        """Raises KeysUnreachable, DatabaseUnreachable."""
        found = self._kept(key_id)
        if found is not None:
            return found
        with self._looking:  # who comes meanwhile waits for the same answer
            if self._kept(key_id) is None and time.monotonic() - self._looked_at >= LOOK_SECONDS:
                self._look(key_id)
                self._looked_at = time.monotonic()
        if not self._known:
            raise KeysUnreachable("the keys of the issuer of tokens are being fetched")
        return self._known.get(key_id)

    def _kept(self, key_id: str) -> Mapping[str, Any] | None:
        return self._known.get(key_id) if time.monotonic() < self._until else None

    def _look(self, key_id: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            with self._database.transaction() as session:
                is_fresh = self._take(session.get(IssuerKeys, self._issuer))
                if is_fresh and key_id in self._known:
                    return
                is_our_turn = self._is_our_turn(session)
            if is_our_turn:
                return self._ask()
            if self._known or time.monotonic() > until:
                return None
            time.sleep(_PAUSE_SECONDS)

    def _ask(self) -> None:
        try:
            keys = [dict(key) for key in self._fetch()]
        except (Retryable, ValueError, KeyError, TypeError) as error:
            if not self._known:
                raise KeysUnreachable(f"the issuer of tokens does not say its keys: {error}") from error
            return
        with self._database.transaction() as session:
            session.execute(
                update(IssuerKeys)
                .where(IssuerKeys.issuer == self._issuer)
                .values(keys=keys, fetched_at=func.now())
            )
        self._known = {str(key.get("kid")): key for key in keys}
        self._until = time.monotonic() + KEEP_SECONDS

    def _take(self, row: IssuerKeys | None) -> bool:
        """Whether they are fresh; old ones are taken as well, for as long as the issuer can't be asked."""
        if row is None or row.fetched_at is None:
            return False
        self._known = {str(key.get("kid")): key for key in row.keys}
        left = KEEP_SECONDS - (datetime.now(UTC) - row.fetched_at).total_seconds()
        self._until = time.monotonic() + min(left, KEEP_SECONDS)
        return left > 0

    def _is_our_turn(self, session: Session) -> bool:
        """Whether nobody asked within ten seconds; then nobody else will for as long."""
        row = insert(IssuerKeys).values(issuer=self._issuer, keys=[], asked_at=func.now())
        asked = session.execute(
            row.on_conflict_do_update(
                index_elements=["issuer"],
                set_={"asked_at": func.now()},
                where=IssuerKeys.asked_at < func.now() - timedelta(seconds=ASK_SECONDS),
            ).returning(IssuerKeys.issuer)
        )
        return asked.first() is not None


def fetch_keys(url: str) -> list[Mapping[str, Any]]:
    """The keys of a JWKS document. Raises KeysUnreachable, ValueError, KeyError."""
    import httpx  # a process with kept keys never needs it

    with httpx.Client(timeout=_DEADLINE_SECONDS, follow_redirects=False) as client:
        try:
            answer = client.get(url).raise_for_status()
        except httpx.HTTPError as error:
            raise KeysUnreachable(str(error)) from error
        if len(answer.content) > _LARGEST:
            raise ValueError("the issuer's keys are too long")
        keys: list[Mapping[str, Any]] = answer.json()["keys"]
        return keys
