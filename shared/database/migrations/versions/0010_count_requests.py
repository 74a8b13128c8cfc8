"""Count requests and watch vendors: the budget of a minute, and what is left to buy"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "request_budgets",
        sa.Column("bucket", sa.String(length=100), nullable=False),
        sa.Column("minute", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_request_budgets")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_request_budgets_minute"), "request_budgets", ["minute"], unique=False)
    times = ("resets_at", "asked_at", "seen_at", "refused_at")
    op.create_table(
        "vendor_limits",
        sa.Column("vendor", sa.String(length=50), nullable=False),
        sa.Column("remaining", sa.Numeric(20, 10), nullable=True),
        sa.Column("quota", sa.Numeric(20, 10), nullable=True),
        sa.Column("unit", sa.String(length=30), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in times),
        sa.Column("refusals", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("vendor", name=op.f("pk_vendor_limits")),
    )


def downgrade() -> None:
    op.drop_table("vendor_limits")
    op.drop_table("request_budgets")
