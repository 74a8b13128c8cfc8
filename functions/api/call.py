"""One request: who asks, and the transaction in which it is answered.

A change and the answer that an Idempotency-Key keeps are written in one transaction: after a crash either
both are there, or neither, and asking again is safe.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2.errors
from fastapi import Request, Response
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from functions.api.problems import Problem
from shared.accounts import Principal
from shared.database.models import AuditEntry, KeptAnswer
from shared.database.paging import Page
from shared.sealing import sealer_of_secrets
from shared.values import Value
from shared.workflow import Tools

KEPT_FOR = timedelta(hours=24)
_PATIENCE = "200ms"  # for another request with the same key
Make = Callable[[Session], Value]


@dataclass(frozen=True)
class Call:
    """given: the body as it came. operation: the route's operation id."""

    request: Request
    given: bytes
    principal: Principal
    tools: Tools
    operation: str
    request_id: str

    @property
    def workspace_id(self) -> int:
        return self.principal.workspace_id

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that sees the caller's workspace."""
        with self.tools.database.workspace(self.workspace_id) as session:
            yield session

    def show(self, value: Value) -> Response:
        """With an ETag; 304 without a body to whoever has it already."""
        body = _json(value)
        tag = etag(body)
        asked = self.request.headers.get("if-none-match")
        if asked is not None and _names(asked, tag, weakly=True):
            return Response(status_code=304, headers={"ETag": tag})
        return Response(body, media_type="application/json", headers={"ETag": tag})

    def list(self, page: Page[Any]) -> Response:
        """With a Link to the next page (RFC 8288)."""
        response = self.show(page)
        if page.next_cursor is not None and response.status_code == 200:
            following = self.request.url.include_query_params(cursor=page.next_cursor)
            response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
        return response

    def add(
        self,
        make: Make,
        body: Value,
        location: Callable[[Any], str],
        *,
        status: int = 201,
        begin: Callable[[int], None] | None = None,
        secret: bool = False,
    ) -> Response:
        """What was made, with where it is. body: for the audit log.

        begin: given its id once it is there, starts what works on it; again, if the request comes again.
        secret: as for `once`.
        """

        def answer(session: Session) -> Response:
            value = make(session)
            where = location(value)
            self._note(session, where, body)
            shown = _json(value)
            headers = {"Location": where, "ETag": etag(shown)}
            return Response(shown, status, headers, "application/json")

        response = self.once(answer, secret=secret)
        if begin is not None:
            begin(int(json.loads(bytes(response.body))["id"]))
        return response

    def change(self, read: Make, change: Make, body: Value, where: str) -> Response:
        """200, if what is there is what If-Match names. read: locks it."""
        with self.session() as session:
            self._match(read(session))
            value = change(session)
            self._note(session, where, body)
        shown = _json(value)
        return Response(shown, media_type="application/json", headers={"ETag": etag(shown)})

    def delete(self, read: Make, delete: Callable[[Session], None], where: str) -> Response:
        """204, if what is there is what If-Match names. read: locks it."""
        with self.session() as session:
            self._match(read(session))
            delete(session)
            self._note(session, where, None)
        return Response(status_code=204)

    def once(self, answer: Callable[[Session], Response], *, secret: bool = False) -> Response:
        """The answer, made in a transaction; the first request's, if this one has its Idempotency-Key.

        secret: the answer says one, and is kept sealed. Raises CannotUnseal.
        """
        sealer = sealer_of_secrets(self.tools.settings.secrets_key)
        key = self.request.headers.get("idempotency-key")
        with self.session() as session:
            if key is None:
                return answer(session)
            kept = self._kept(session, key)
            if kept.status:
                body = sealer.unseal(kept.body) if secret else kept.body
                return Response(body, kept.status, kept.headers | {"Idempotency-Replayed": "true"})
            response = answer(session)
            body = bytes(response.body).decode()
            kept.status, kept.body = response.status_code, sealer.seal(body) if secret else body
            kept.headers = {
                name: value
                for name, value in response.headers.items()
                if name in {"location", "etag", "content-type", "retry-after"}
            }
            return response

    def _kept(self, session: Session, key: str) -> KeptAnswer:
        """The row of the key, locked. A status of 0: nothing was answered with it yet."""
        if not 0 < len(key) <= 255 or not key.isprintable():
            raise Problem(422, "wrong-field", "Idempotency-Key: 1 to 255 characters that can be read.")
        digest = hashlib.sha256(f"{self.request.url.path}\n".encode() + self.given).hexdigest()
        fresh = {"operation": self.operation, "request_hash": digest, "status": 0, "headers": {}, "body": ""}
        session.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        try:
            session.execute(
                insert(KeptAnswer)
                .values(workspace_id=self.workspace_id, key=key, **fresh)
                .on_conflict_do_nothing()
            )
            kept = session.get_one(KeptAnswer, (self.workspace_id, key), with_for_update=True)
        except OperationalError as error:
            if isinstance(error.orig, psycopg2.errors.LockNotAvailable):
                raise Problem(
                    409, "in-progress", "A request with this Idempotency-Key is still being answered.",
                    headers={"Retry-After": "1"},
                ) from error  # fmt: skip
            raise
        session.execute(text("SET LOCAL lock_timeout = 0"))
        if kept.created_at < datetime.now(UTC) - KEPT_FOR:
            for name, value in fresh.items():
                setattr(kept, name, value)
            kept.created_at = datetime.now(UTC)
        if kept.request_hash != digest:
            raise Problem(422, "key-reused", "This Idempotency-Key was used with another request.")
        return kept

    def _match(self, value: Value) -> None:
        asked = self.request.headers.get("if-match")
        if asked is not None and not _names(asked, etag(_json(value)), weakly=False):
            raise Problem(412, "changed-meanwhile", "It was changed since you read it: read it again.")

    def _note(self, session: Session, where: str, body: Value | None) -> None:
        session.add(
            AuditEntry(
                workspace_id=self.workspace_id,
                actor=self.principal.actor,
                role=self.principal.role,
                operation=self.operation,
                resource=where,
                changes={} if body is None else body.model_dump(mode="json", exclude_unset=True),
                request_id=self.request_id,
            )
        )


def etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _json(value: Value) -> bytes:
    return value.model_dump_json().encode()


def _names(asked: str, tag: str, *, weakly: bool) -> bool:
    """Whether a list of entity tags (RFC 9110, 8.8.3) names this one."""
    tags = {part.strip() for part in asked.split(",")}
    if weakly:
        tags = {part.removeprefix("W/") for part in tags}
    return "*" in tags or tag in tags
