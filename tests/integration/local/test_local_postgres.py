"""The embedded Postgres, in folders that only their owner may enter (as pytest's are)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg2
import pytest

from local.postgres import Postgres, connect, socket_folder
from local.product import PROJECT
from tests.support.processes import eventually, processes_of

STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from local.postgres import Postgres
Postgres(Path(sys.argv[1])).start()
print("started", flush=True)
time.sleep(60)
"""


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    connection = connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


def postmaster(home: Path) -> psutil.Process:
    return psutil.Process(int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0]))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o700)
    return locked / "home"


@pytest.fixture
def postgres(home: Path) -> Iterator[Postgres]:
    server = Postgres(home)
    server.start()
    yield server
    server.stop()


def test_it_speaks_utf8_in_utc_on_a_socket_only(postgres: Postgres, home: Path) -> None:
    names = ("timezone", "server_encoding", "listen_addresses")
    query = "SELECT " + ", ".join(f"current_setting('{name}')" for name in names)
    assert ask(postgres.app_url, query) == [("UTC", "UTF8", "")]
    assert ask(postgres.owner_url, "SELECT upper('é'), '🙂' < 'ż'")[0][0] == "É"
    listening = set()
    for process in processes_of(home):
        with suppress(psutil.NoSuchProcess):  # Postgres ends workers of its own while we look
            listening |= {connection.laddr for connection in process.net_connections("tcp")}
    assert listening == set()


def test_the_applications_role_has_no_power_of_its_own(postgres: Postgres) -> None:
    flags = (
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert ask(postgres.app_url, flags) == [(False, False, False, False)]
    assert ask(postgres.owner_url, flags) == [(False, False, False, False)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(postgres.app_url, "CREATE TABLE mine (id integer)")
    ask(postgres.owner_url, "CREATE TABLE theirs (id integer)")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(postgres.app_url, "SELECT * FROM theirs")


def test_stop_leaves_no_process_and_start_finds_the_data(postgres: Postgres, home: Path) -> None:
    ask(postgres.owner_url, "CREATE TABLE kept AS SELECT 7 AS n")
    assert processes_of(home)
    postgres.stop()
    assert processes_of(home) == []
    assert not postgres.running
    postgres.start()
    assert ask(postgres.owner_url, "SELECT n FROM kept") == [(7,)]


def test_it_recovers_after_everything_was_killed(postgres: Postgres, home: Path) -> None:
    ask(postgres.owner_url, "CREATE TABLE kept AS SELECT 7 AS n")
    for process in processes_of(home):
        with suppress(psutil.NoSuchProcess):  # one may end by the end of another
            process.kill()
    assert eventually(lambda: not processes_of(home))
    again = Postgres(home)
    again.start()
    try:
        assert ask(again.owner_url, "SELECT n FROM kept") == [(7,)]
    finally:
        again.stop()


def test_a_stale_pid_file_that_names_someone_else_is_no_hindrance(postgres: Postgres, home: Path) -> None:
    postgres.stop()
    pid_file = home / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{home / 'postgres'}\n1700000000\n5432\n\n\n")
    postgres.start()
    assert ask(postgres.owner_url, "SELECT 1") == [(1,)]
    assert psutil.pid_exists(os.getpid())


def test_an_orphaned_server_is_ended_before_a_new_one_starts(postgres: Postgres, home: Path) -> None:
    old = postmaster(home)
    old.suspend()  # so that it can't notice that its guard is killed
    psutil.Process(old.ppid()).kill()
    again = Postgres(home)
    again.start()
    try:
        assert ask(again.owner_url, "SELECT 1") == [(1,)]
        assert not old.is_running() or old.status() == psutil.STATUS_ZOMBIE
        assert postmaster(home).pid != old.pid
    finally:
        again.stop()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_whoever_started_it(home: Path, how: signal.Signals) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS_AND_WAITS, str(home)], cwd=PROJECT, stdout=subprocess.PIPE
    )
    assert starter.stdout
    with starter.stdout:
        assert starter.stdout.readline() == b"started\n"
    assert postmaster(home).is_running()
    starter.send_signal(how)
    starter.wait(10)
    assert eventually(lambda: not processes_of(home))
    assert "database system is shut down" in (home / "logs" / "postgres.log").read_text()


def test_a_home_too_deep_for_a_socket_gets_a_short_socket_folder(tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 20) / "home"
    assert socket_folder(home) != socket_folder(tmp_path / ("deep" * 20) / "other")
    assert not socket_folder(home).is_relative_to(home)
    postgres = Postgres(home)
    postgres.start()
    try:
        assert ask(postgres.app_url, "SELECT 1") == [(1,)]
        assert socket_folder(home).stat().st_mode & 0o777 == 0o700
    finally:
        postgres.stop()
        socket_folder(home).rmdir()
