"""What only the owner of the tables does: signing in as RDS tells, and letting the functions' role in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import encrypt_password
from sqlalchemy.engine import URL

from shared.database.iam import verified
from shared.database.migrating import TAKE_TURNS
from shared.database.sessions import Database
from shared.errors import Permanent

_SEALED = {"sslmode": "require", "channel_binding": "require"}
"""Without anybody who vouches for the server: it proves by SCRAM that it knows the password, over this very
TLS connection (RFC 5802, RFC 5929). RDS's instances have certificates of an authority of RDS's own."""


class WrongSecret(Permanent):
    """A secret does not say who signs in where."""


def owner_url(fields: Mapping[str, Any], variable: str, ca_file: Path | None) -> URL:
    """Where the owner signs in. fields: RDS's own secret. variable: names it. Raises WrongSecret.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
    """
    username, password, host = (_field(fields, name, variable) for name in ("username", "password", "host"))
    return URL.create(
        "postgresql+psycopg2",
        username,
        password,
        host,
        int(fields.get("port", 5432)),
        _field(fields, "dbname", variable),
        query=verified(ca_file) if ca_file else _SEALED,
    )


def let_in(owner: Database, fields: Mapping[str, Any], variable: str) -> None:
    """Let the functions' role sign in with the password of its secret.

    Postgres is given a verifier of the password, never the password: its log may hold any statement.
    fields: as above. Raises WrongSecret, DatabaseUnreachable, DatabaseSlow.
    """
    role, password = _field(fields, "username", variable), _field(fields, "password", variable)
    with owner.transaction() as session:
        session.execute(TAKE_TURNS)  # two that change a role at once: one would fail
        connection: Any = session.connection().connection.driver_connection
        verifier = encrypt_password(password, role, connection, "scram-sha-256")
        names = {"role": sql.Identifier(role), "database": sql.Identifier(connection.info.dbname)}
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("ALTER ROLE {role} LOGIN PASSWORD {it}").format(**names, it=sql.Literal(verifier))
            )
            cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {database} TO {role}").format(**names))


def _field(fields: Mapping[str, Any], name: str, variable: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise WrongSecret(f"{variable}: the secret has no {name}")
    return value
