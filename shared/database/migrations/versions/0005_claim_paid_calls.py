"""Claim paid calls: one row at a time may be making a call, and slots count what a vendor has at once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LOST = "left open before calls had claims, so whether the vendor charged is unknown"


def upgrade() -> None:
    now = sa.text("now()")
    claim = sa.Column("claimed_until", sa.DateTime(timezone=True), server_default=now, nullable=False)
    op.add_column("paid_calls", claim)
    # Row-level security binds the owner too, who sees no workspace's rows: lifted within this transaction
    op.execute("ALTER TABLE paid_calls NO FORCE ROW LEVEL SECURITY")
    op.execute(f"UPDATE paid_calls SET status = 'unknown', reason = '{LOST}' WHERE status = 'begun'")  # noqa: S608
    op.execute("ALTER TABLE paid_calls FORCE ROW LEVEL SECURITY")
    op.create_index(
        "ix_paid_calls_begun",
        "paid_calls",
        ["workspace_id", "content_hash"],
        unique=True,
        postgresql_where=sa.text("status = 'begun'"),
    )
    op.create_table(  # what 0002 grants by default lets the functions in
        "vendor_slots",
        sa.Column("vendor", sa.String(length=50), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.PrimaryKeyConstraint("vendor", "slot", name=op.f("pk_vendor_slots")),
    )


def downgrade() -> None:
    op.drop_table("vendor_slots")
    op.drop_index("ix_paid_calls_begun", table_name="paid_calls")
    op.drop_column("paid_calls", "claimed_until")
