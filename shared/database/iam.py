"""Signing in to Postgres in an AWS account: over TLS, with a token of IAM's instead of a password.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from shared.database.faults import DatabaseUnreachable


def verified(ca_file: Path | None) -> dict[str, str]:
    """libpq's arguments for a server that proves to be the named one.

    ca_file: who vouches for it. Without one, those whom browsers trust (Amazon's roots, which vouch for RDS
    Proxy, are among them; those of RDS's own instances are not).
    """
    import certifi  # 10 ms, and one machine never needs it

    return {"sslmode": "verify-full", "sslrootcert": str(ca_file or certifi.where())}


def sign_in_by_token(engine: Engine) -> None:
    """Give each new connection of the engine a token of its own, made when it is opened: one holds for 15
    minutes, a pool for longer."""

    @event.listens_for(engine, "do_connect")
    def sign(dialect: object, record: object, args: object, parameters: dict[str, Any]) -> None:
        host, port = parameters["host"], int(parameters.get("port", 5432))
        parameters["password"] = iam_token(host, port, parameters["user"])


def iam_token(host: str, port: int, user: str) -> str:
    """A password for now. Nobody is asked: it is an address, signed with the function's credentials.

    Raises DatabaseUnreachable: there are no credentials, or no region.
    """
    from botocore.exceptions import BotoCoreError

    try:
        token: str = _client().generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)
    except BotoCoreError as error:
        raise DatabaseUnreachable(f"DATABASE_IAM is set, and no token can be made: {error}") from error
    return token


@cache
def _client() -> Any:
    """Of the process's region, which is the database's."""
    import boto3  # 100 ms, and one machine never needs it

    return boto3.client("rds")
