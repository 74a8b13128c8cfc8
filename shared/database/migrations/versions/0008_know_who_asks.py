"""Know who asks: programs that sign in, the keys of the issuer, what was changed and what was answered"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CURRENT = "nullif(current_setting('leadreel.workspace_id', true), '')::int"
# Who a program is, is asked before its workspace is known: it sees the row with its own name.
CLIENT = "nullif(current_setting('leadreel.client_id', true), '')"
OWNED = ("machine_clients", "audit_entries", "kept_answers")
JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "machine_clients",
        *_owned(),
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("secret_hash", sa.String(length=200), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        _workspace("machine_clients"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine_clients")),
        sa.UniqueConstraint("client_id", name=op.f("uq_machine_clients_client_id")),
    )
    op.create_table(
        "issuer_keys",
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("keys", JSON, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("issuer", name=op.f("pk_issuer_keys")),
    )
    op.create_table(
        "audit_entries",
        *_owned(),
        sa.Column("actor", sa.String(length=300), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("operation", sa.String(length=100), nullable=False),
        sa.Column("resource", sa.String(length=300), nullable=True),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        _workspace("audit_entries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_table(
        "kept_answers",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("operation", sa.String(length=100), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSON, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _workspace("kept_answers"),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_kept_answers")),
    )
    for table, column in (
        ("machine_clients", "workspace_id"),
        ("audit_entries", "workspace_id"),
        ("audit_entries", "resource"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    for table in OWNED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        rule = f"workspace_id = {CURRENT}"
        op.execute(f"CREATE POLICY workspace ON {table} USING ({rule}) WITH CHECK ({rule})")
    op.execute(f"CREATE POLICY itself ON machine_clients FOR SELECT USING (client_id = {CLIENT})")


def downgrade() -> None:
    for table in ("kept_answers", "audit_entries", "issuer_keys", "machine_clients"):
        op.drop_table(table)


def _owned() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def _workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{table}_workspace_id"))
