"""Count requests: the budget of a minute, shared by all processes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
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


def downgrade() -> None:
    op.drop_table("request_budgets")
