"""One request: who asks, and the transaction in which it is answered.

A change and the answer that an Idempotency-Key keeps are written in one transaction: after a crash either
both are there, or neither, and asking again is safe.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg2.errors
from fastapi import Request, Response
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from functions.api.problems import Problem
from shared.accounts import Principal
from shared.database.paging import Page
from shared.sealing import sealer_of_secrets
from shared.values import Value
from shared.workflow import Tools

if TYPE_CHECKING:  # what reads needs neither
    from shared.database.models import KeptAnswer

WAIT_SECONDS = 20.0
"""For what is mostly done within seconds. API Gateway gives an answer 30."""
_LOOK_SECONDS = 0.25
REPLAYED = "Idempotency-Replayed"
_KEPT_HEADERS = frozenset({"location", "etag", "content-type", "retry-after"})
DOWNLOAD_SECONDS = 900
_PATIENCE = "200ms"  # for another request with the same key
Make = Callable[[Session], Value]
Read = Callable[[Session, int], Value | None]


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
        finished: Read | None = None,
        secret: bool = False,
    ) -> Response:
        """What was made, with where it is. body: for the audit log.

        begin: given its id once it is there, starts what works on it; again, if the request comes again.
        finished: given its id, says how it has ended, or None: that is waited for, and then answered as 201.
        secret: as for `once`.
        """

        def answer(session: Session) -> Response:
            value = make(session)
            where = location(value)
            self._note(session, where, body)
            shown = _json(value)
            headers = {"Location": where, "ETag": etag(shown)}
            return Response(shown, status, headers, "application/json")

        response = self.once(answer, WAIT_SECONDS if finished else 0, secret=secret)
        if begin is not None:
            made_id = int(json.loads(bytes(response.body))["id"])
            begin(made_id)
            if finished is not None and REPLAYED not in response.headers:
                return self._wait(response, made_id, finished)
        return response

    def _wait(self, response: Response, made_id: int, finished: Read) -> Response:
        until = time.monotonic() + WAIT_SECONDS
        value = None
        while value is None and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
            with self.session() as session:
                value = finished(session, made_id)
        if value is not None:
            shown = _json(value)
            headers = {"Location": response.headers["location"], "ETag": etag(shown)}
            response = Response(shown, 201, headers, "application/json")
        key = self.request.headers.get("idempotency-key")
        if key is not None:
            from shared.database.models import KeptAnswer

            with self.session() as session:
                kept = session.get_one(KeptAnswer, (self.workspace_id, key), with_for_update=True)
                _keep(kept, response)
        return response

    def change(
        self, read: Make, change: Make, body: Value, where: str, *, then: Callable[[], object] | None = None
    ) -> Response:
        """200, if what is there is what If-Match names. read: locks it. then: done once it is written."""
        with self.session() as session:
            self._match(read(session))
            value = change(session)
            self._note(session, where, body)
        if then is not None:
            then()
        shown = _json(value)
        return Response(shown, media_type="application/json", headers={"ETag": etag(shown)})

    def delete(
        self,
        read: Make,
        delete: Callable[[Session], None],
        where: str,
        *,
        then: Callable[[], object] | None = None,
    ) -> Response:
        """204, if what is there is what If-Match names. read: locks it. then: done once it is written."""
        with self.session() as session:
            self._match(read(session))
            delete(session)
            self._note(session, where, None)
        if then is not None:
            then()
        return Response(status_code=204)

    def download(self, key: str, filename: str) -> Response:
        """307 to an address that gives the file for a quarter of an hour."""
        url = self.tools.storage.url(key, DOWNLOAD_SECONDS, filename)
        return Response(status_code=307, headers={"Location": url})

    def once(
        self, answer: Callable[[Session], Response], busy_seconds: float = 0, *, secret: bool = False
    ) -> Response:
        """The answer, made in a transaction; the first request's, if this one has its Idempotency-Key.

        busy_seconds: for how long somebody may still be waiting for a better answer. secret: the answer says
        one, and is kept sealed. Raises CannotUnseal.
        """
        sealer = sealer_of_secrets(self.tools.settings.secrets_key)
        key = self.request.headers.get("idempotency-key")
        with self.session() as session:
            if key is None:
                return answer(session)
            kept = self._kept(session, key)
            if kept.status:
                body = sealer.unseal(kept.body) if secret else kept.body
                return Response(body, kept.status, kept.headers | {REPLAYED: "true"})
            response = answer(session)
            _keep(kept, response, busy_seconds)
            if secret:
                kept.body = sealer.seal(kept.body)
            return response

    def _kept(self, session: Session, key: str) -> KeptAnswer:
        """The row of the key, locked. A status of 0: nothing was answered with it yet."""
        from shared.accounts import KEPT_FOR
        from shared.database.models import KeptAnswer

        if not 0 < len(key) <= 255 or not key.isprintable():
            raise Problem(422, "wrong-field", "Idempotency-Key: 1 to 255 characters that can be read.")
        digest = hashlib.sha256(f"{self.request.url.path}\n".encode() + self.given).hexdigest()
        fresh = {
            "operation": self.operation,
            "request_hash": digest,
            "status": 0,
            "headers": {},
            "body": "",
            "busy_until": None,
        }
        session.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        try:
            session.execute(
                insert(KeptAnswer)
                .values(workspace_id=self.workspace_id, key=key, **fresh)
                # which locks what is there as well: an old answer is not thrown away under our hands
                .on_conflict_do_update(index_elements=["workspace_id", "key"], set_={"key": KeptAnswer.key})
            )
            kept = session.get_one(KeptAnswer, (self.workspace_id, key), with_for_update=True)
        except OperationalError as error:
            if isinstance(error.orig, psycopg2.errors.LockNotAvailable):
                raise _in_progress() from error
            raise
        session.execute(text("SET LOCAL lock_timeout = 0"))
        if kept.created_at < datetime.now(UTC) - KEPT_FOR:
            for name, value in fresh.items():
                setattr(kept, name, value)
            kept.created_at = datetime.now(UTC)
        if kept.request_hash != digest:
            raise Problem(422, "key-reused", "This Idempotency-Key was used with another request.")
        if kept.busy_until is not None and kept.busy_until > datetime.now(UTC):
            raise _in_progress()
        return kept

    def _match(self, value: Value) -> None:
        asked = self.request.headers.get("if-match")
        if asked is not None and not _names(asked, etag(_json(value)), weakly=False):
            raise Problem(412, "changed-meanwhile", "It was changed since you read it: read it again.")

    def _note(self, session: Session, where: str, body: Value | None) -> None:
        from shared.database.models import AuditEntry

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


def _in_progress() -> Problem:
    detail = "A request with this Idempotency-Key is still being answered."
    return Problem(409, "in-progress", detail, headers={"Retry-After": "1"})


def _keep(kept: KeptAnswer, response: Response, busy_seconds: float = 0) -> None:
    kept.status, kept.body = response.status_code, bytes(response.body).decode()
    kept.headers = {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}
    kept.busy_until = datetime.now(UTC) + timedelta(seconds=busy_seconds) if busy_seconds else None


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
