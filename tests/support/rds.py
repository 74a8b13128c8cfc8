"""Postgres as RDS has it: over TLS, with passwords (SCRAM), and an owner who is no superuser.

It is the embedded one with other settings, behind TLS; its log holds every statement.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from local.guarded import Guarded, guarded
from local.postgres import SUPERUSER, Postgres, binaries
from tests.support.tls import HOST, Identity
from tests.support.tls_front import Front, opened

OWNER, APP, DATABASE = "leadreel_owner", "leadreel_app", "leadreel"
START_SECONDS = 60
SERVER_PORT = 5432
HBA = f"local all {SUPERUSER} trust\nlocal all all scram-sha-256\n"


@dataclass
class Rds:
    """sockets: where the superuser is let in. log: everything that was said to the server. front: for all
    others."""

    sockets: Path
    log: Path
    front: Front
    owner_password: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def make_database(self) -> str:
        """The name of an empty one, which the owner owns, as RDS makes it."""
        name = f"leadreel_{secrets.token_hex(4)}"
        with self.as_superuser() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (name, OWNER))))
        return name

    def drop_app(self, database: str) -> None:
        """The functions' role is of the server, not of a database: none is there for the next test."""
        with self.as_superuser() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
            cursor.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(APP)))

    @property
    def port(self) -> int:
        return self.front.port

    @property
    def identity(self) -> Identity:
        return self.front.identity

    @contextmanager
    def as_superuser(self, database: str = "postgres") -> Iterator[Any]:
        with self._cursor(
            host=str(self.sockets), port=SERVER_PORT, user=SUPERUSER, dbname=database
        ) as cursor:
            yield cursor

    @contextmanager
    def over_tls(self, user: str, password: str, database: str) -> Iterator[Any]:
        with self._cursor(
            host=HOST,
            port=self.port,
            user=user,
            password=password,
            dbname=database,
            sslmode="verify-full",
            sslrootcert=str(self.identity.authority),
        ) as cursor:
            yield cursor

    @contextmanager
    def _cursor(self, **who: Any) -> Iterator[Any]:
        connection = psycopg2.connect(connect_timeout=10, **who)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()


@contextmanager
def served_rds(home: Path, identity: Identity) -> Iterator[Rds]:
    plain = Postgres(home)
    plain.start()  # makes the cluster; its roles are made anew below
    plain.stop()
    data, sockets = home / "postgres", home / "run" / "rds"
    owned = data.stat()
    user = (owned.st_uid, owned.st_gid) if os.geteuid() == 0 else None
    sockets.mkdir(parents=True)
    (data / "rds_hba.conf").write_text(HBA)
    if user:
        for path in (sockets, data / "rds_hba.conf"):
            os.chown(path, *user)
    front = Front(sockets / f".s.PGSQL.{SERVER_PORT}", identity)
    rds = Rds(sockets, home / "rds.log", front)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "hba_file": str(data / "rds_hba.conf"),
        "password_encryption": "scram-sha-256",
        "log_statement": "all",
        "log_min_error_statement": "debug5",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command: list[str | Path] = [binaries() / "postgres", "-D", data, "-p", str(SERVER_PORT), *settings]
    line = guarded(command, user=user, stop=signal.SIGINT, orphaned=signal.SIGQUIT, grace_seconds=20.0)
    with rds.log.open("wb") as log:
        server = Guarded(line, output=log)
    try:
        _wait_for(rds)
        _make_owner(rds)
        with opened(front):
            yield rds
    finally:
        server.stop(20.0)


def _wait_for(rds: Rds) -> None:
    limit = time.monotonic() + START_SECONDS
    while True:
        try:
            with rds.as_superuser():
                return
        except psycopg2.OperationalError as error:
            assert time.monotonic() < limit, f"{error}\n{rds.log.read_text()}"
            time.sleep(0.05)


def _make_owner(rds: Rds) -> None:
    """As RDS's master user is: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html"""
    with rds.as_superuser() as cursor:
        cursor.execute(f"DROP DATABASE {DATABASE}")
        for role in (OWNER, APP):
            cursor.execute(f"DROP ROLE {role}")
        rights = "LOGIN NOSUPERUSER CREATEROLE CREATEDB NOBYPASSRLS NOREPLICATION"
        cursor.execute(f"CREATE ROLE {OWNER} {rights} PASSWORD %s", (rds.owner_password,))
