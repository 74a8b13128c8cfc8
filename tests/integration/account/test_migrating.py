"""The function `migrate` as an account runs it: secrets over HTTP, Postgres over TLS with passwords, an owner
who is no superuser."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy.engine import URL

from local.product import PROJECT
from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import Lead
from tests.support.account import KEYS, REGION, Account
from tests.support.rds import APP, OWNER, Rds, served_rds
from tests.support.rds_proxy import Door
from tests.support.tls import HOST, make_identity
from tests.support.tls_front import opened

RUN = "import json; from functions.migrate.handler import handler; print(json.dumps(handler({}, None)))"


@pytest.fixture(scope="module")
def rds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rds]:
    folder = tmp_path_factory.mktemp("rds")
    with served_rds(folder / "home", make_identity(folder / "tls")) as server:
        yield server


@dataclass
class Deployment:
    """A database, its two secrets and a bucket. changes: to the function's environment."""

    rds: Rds
    account: Account
    folder: Path
    database: str
    app_password: str = field(default_factory=lambda: secrets.token_urlsafe(24) + "'\\%")
    changes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bucket = self.database.replace("_", "-")
        self.account.client("s3").create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.owner_secret = self.make_secret({"username": OWNER, "password": self.rds.owner_password})
        self.app_secret = self.make_secret({"username": APP, "password": self.app_password})

    def make_secret(self, fields: dict[str, str], port: int | None = None) -> str:
        """As RDS writes them."""
        where = {"host": HOST, "port": port or self.rds.port, "dbname": self.database, "engine": "postgres"}
        return self.account.make_secret(f"test/{secrets.token_hex(8)}", json.dumps(fields | where))

    def start(self) -> subprocess.Popen[str]:
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **self.account.environment,
            "PYTHONPATH": str(PROJECT),
            "AWS_S3_BUCKET": self.bucket,
            "AWS_S3_REGION": REGION,
            "DATABASE_OWNER_SECRET": self.owner_secret,
            "DATABASE_APP_SECRET": self.app_secret,
            "DATABASE_CA_FILE": str(self.rds.identity.authority),
            "FIRST_WORKSPACE": "Acme",
            **self.changes,
        }
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", RUN]
        return subprocess.Popen(
            command, env=environment, cwd=self.folder, stdout=pipe, stderr=pipe, text=True
        )

    def run(self) -> dict[str, Any]:
        said, log = self.told(self.start())
        assert said, log
        answer: dict[str, Any] = json.loads(said.splitlines()[-1])
        return answer

    def told(self, process: subprocess.Popen[str]) -> tuple[str, str]:
        """What it printed and what it logged, neither of which may say a password."""
        said, log = process.communicate(timeout=120)
        for password in (self.app_password, self.rds.owner_password):
            assert password not in said + log
        return said, log

    def ask(self, query: str) -> list[Any]:
        with self.rds.as_superuser(self.database) as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def published(self) -> set[str]:
        found = self.account.client("s3").list_objects_v2(Bucket=self.bucket)
        return {item["Key"] for item in found.get("Contents", [])}


@pytest.fixture
def deployment(rds: Rds, account: Account, tmp_path: Path) -> Iterator[Deployment]:
    database = rds.make_database()
    yield Deployment(rds, account, tmp_path, database)
    rds.drop_app(database)


def test_an_empty_database_becomes_a_product(deployment: Deployment) -> None:
    answer = deployment.run()
    assert answer["migrated"] is True
    assert answer["first_workspace"] == 1
    assert deployment.ask("SELECT id, name FROM workspaces") == [(1, "Acme")]
    assert deployment.ask(f"SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = '{OWNER}'") == [
        (False, False)
    ]
    owners = deployment.ask("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == [(OWNER,)]
    assert {"public/docs/index.html", "public/docs/docs.js"} <= deployment.published()


def test_the_functions_role_signs_in_with_its_password_and_owns_nothing(deployment: Deployment) -> None:
    deployment.run()
    place = {"sslmode": "verify-full", "sslrootcert": str(deployment.rds.identity.authority)}
    url = URL.create(
        "postgresql+psycopg2", APP, deployment.app_password, HOST, deployment.rds.port,
        deployment.database, query=place,
    )  # fmt: skip
    database = Database(url.render_as_string(hide_password=False))
    second = open_workspace(database, "another")
    assert second == 2
    with database.workspace(second) as session:
        session.add(Lead(workspace_id=second, name="Ana", company="Acme"))
    with database.workspace(1) as session:
        assert session.query(Lead).count() == 0
    database.close()


def test_no_password_reaches_postgress_log(deployment: Deployment) -> None:
    deployment.run()
    log = deployment.rds.log.read_text()
    assert f'ALTER ROLE "{APP}" LOGIN PASSWORD \'SCRAM-SHA-256$' in log
    assert deployment.app_password not in log
    assert deployment.rds.owner_password not in log.replace(_of_the_test(log), "")


def _of_the_test(log: str) -> str:
    """The statement with which the test itself made the owner."""
    return next(line for line in log.splitlines() if f"CREATE ROLE {OWNER}" in line)


def test_doing_it_again_changes_nothing_but_a_password_that_is_new(deployment: Deployment) -> None:
    deployment.run()
    with deployment.rds.as_superuser(deployment.database) as cursor:
        cursor.execute("UPDATE workspaces SET name = 'Renamed'")
    old, deployment.app_password = deployment.app_password, secrets.token_urlsafe(24)
    deployment.app_secret = deployment.make_secret({"username": APP, "password": deployment.app_password})
    assert deployment.run()["first_workspace"] is None
    assert deployment.ask("SELECT id, name FROM workspaces") == [(1, "Renamed")]
    with deployment.rds.over_tls(APP, deployment.app_password, deployment.database):
        pass
    with (
        pytest.raises(psycopg2.OperationalError, match="password authentication failed"),
        deployment.rds.over_tls(APP, old, deployment.database),
    ):
        pass


def test_several_at_once_do_it_once(deployment: Deployment) -> None:
    running = [deployment.start() for _ in range(3)]
    answers = [deployment.told(process) for process in running]
    assert all(process.returncode == 0 for process in running), answers
    opened = [json.loads(said.splitlines()[-1])["first_workspace"] for said, _ in answers]
    assert sorted(opened, key=str) == [1, None, None]
    assert deployment.ask("SELECT id, name FROM workspaces") == [(1, "Acme")]


def test_the_server_must_be_who_it_says(deployment: Deployment) -> None:
    deployment.changes["DATABASE_CA_FILE"] = str(make_identity(deployment.folder / "other").authority)
    _, log = deployment.told(deployment.start())
    assert "SSL error" in log  # of a name that it knows, signed with another key


def test_without_one_the_owners_password_is_not_said_to_whoever_asks_for_it(deployment: Deployment) -> None:
    """A server that only says it is Postgres, with somebody's certificate: it can't know the password."""
    deployment.changes["DATABASE_CA_FILE"] = ""
    somebody = Door(
        deployment.folder, make_identity(deployment.folder / "tls"), REGION, KEYS["AWS_SECRET_ACCESS_KEY"]
    )
    with opened(somebody):
        owner = {"username": OWNER, "password": deployment.rds.owner_password}
        deployment.owner_secret = deployment.make_secret(owner, somebody.port)
        _, log = deployment.told(deployment.start())
        somebody.offers_tls = False
        _, plain = deployment.told(deployment.start())
    assert "channel binding" in log
    assert "does not support SSL" in plain
    assert somebody.tokens == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"username": OWNER}, "DATABASE_OWNER_SECRET: the secret has no password"),
        ({"username": OWNER, "password": "canary"}, "password authentication failed"),
    ],
)
def test_a_secret_that_does_not_open_is_named_and_not_told(
    fields: dict[str, str], said: str, deployment: Deployment
) -> None:
    deployment.owner_secret = deployment.make_secret(fields)
    _, log = deployment.told(deployment.start())
    assert said in log
    assert "canary" not in log
