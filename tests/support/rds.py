"""Postgres as RDS has it: over TLS alone, with passwords (SCRAM), and an owner who is no superuser.

It is the embedded one with other settings; its log holds every statement.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
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

OWNER, APP, DATABASE = "leadreel_owner", "leadreel_app", "leadreel"
START_SECONDS = 60
HBA = """\
local   all {superuser} trust
hostssl all all 127.0.0.1/32 scram-sha-256
hostnossl all all 127.0.0.1/32 reject
"""


@dataclass
class Rds:
    """sockets: where the superuser is let in. log: everything that was said to the server."""

    port: int
    sockets: Path
    log: Path
    identity: Identity
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

    @contextmanager
    def as_superuser(self, database: str = "postgres") -> Iterator[Any]:
        with self._cursor(host=str(self.sockets), user=SUPERUSER, dbname=database) as cursor:
            yield cursor

    @contextmanager
    def over_tls(self, user: str, password: str, database: str) -> Iterator[Any]:
        with self._cursor(
            host=HOST,
            user=user,
            password=password,
            dbname=database,
            sslmode="verify-full",
            sslrootcert=str(self.identity.authority),
        ) as cursor:
            yield cursor

    @contextmanager
    def _cursor(self, **who: Any) -> Iterator[Any]:
        connection = psycopg2.connect(port=self.port, connect_timeout=10, **who)
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
    (data / "rds_hba.conf").write_text(HBA.format(superuser=SUPERUSER))
    for name, source in (("server.crt", identity.certificate), ("server.key", identity.key)):
        (data / name).write_bytes(source.read_bytes())
        (data / name).chmod(0o600)
    if user:
        for path in (sockets, data / "rds_hba.conf", data / "server.crt", data / "server.key"):
            os.chown(path, *user)
    rds = Rds(_free_port(), sockets, home / "rds.log", identity)
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(sockets),
        "hba_file": str(data / "rds_hba.conf"),
        "ssl": "on",
        "password_encryption": "scram-sha-256",
        "log_statement": "all",
        "log_min_error_statement": "debug5",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command: list[str | Path] = [binaries() / "postgres", "-D", data, "-p", str(rds.port), *settings]
    line = guarded(command, user=user, stop=signal.SIGINT, orphaned=signal.SIGQUIT, grace_seconds=20.0)
    with rds.log.open("wb") as log:
        server = Guarded(line, output=log)
    try:
        _wait_for(rds)
        _make_owner(rds)
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


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
