"""Tend runs and throw away what is kept only for a time"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

UNENDED = "status IN ('pending', 'processing', 'waiting_approval')"
# Whoever tends asks over all workspaces which runs have not ended, and works in each one's own transaction.
# What is old it deletes wherever it is; it can neither change it nor see what is young.
TENDING = "current_setting('leadreel.tending', true) = 'on'"
OLD = {
    "kept_answers": "created_at < now() - interval '24 hours'",
    "webhook_deliveries": "status <> 'pending' AND expires_at < now() - interval '30 days'",
}


def upgrade() -> None:
    op.add_column(
        "videos",
        sa.Column("tended_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.create_index("ix_videos_to_tend", "videos", ["tended_at"], postgresql_where=sa.text(UNENDED))
    op.create_index(op.f("ix_kept_answers_created_at"), "kept_answers", ["created_at"])
    op.create_index(
        "ix_webhook_deliveries_ended",
        "webhook_deliveries",
        ["expires_at"],
        postgresql_where=sa.text("status <> 'pending'"),
    )
    op.execute(f"CREATE POLICY unended ON videos FOR SELECT USING ({TENDING} AND {UNENDED})")
    for table, is_old in OLD.items():
        op.execute(f"CREATE POLICY old ON {table} USING ({TENDING} AND {is_old}) WITH CHECK (false)")


def downgrade() -> None:
    for table in OLD:
        op.execute(f"DROP POLICY old ON {table}")
    op.execute("DROP POLICY unended ON videos")
    op.drop_index("ix_webhook_deliveries_ended", table_name="webhook_deliveries")
    op.drop_index(op.f("ix_kept_answers_created_at"), table_name="kept_answers")
    op.drop_index("ix_videos_to_tend", table_name="videos")
    op.drop_column("videos", "tended_at")
