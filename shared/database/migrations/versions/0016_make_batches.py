"""Make videos for many leads: batches, and whose turn it is in them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TENDING = "current_setting('leadreel.tending', true) = 'on'"
UNENDED = "status IN ('pending', 'processing', 'waiting_approval')"
CURRENT = "nullif(current_setting('leadreel.workspace_id', true), '')::int"


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=50), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        _now("created_at"),
        _now("updated_at"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_batches_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    for column in ("workspace_id", "status"):
        op.create_index(op.f(f"ix_batches_{column}"), "batches", [column], unique=False)
    op.execute("ALTER TABLE batches ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE batches FORCE ROW LEVEL SECURITY")
    rule = f"workspace_id = {CURRENT}"
    op.execute(f"CREATE POLICY workspace ON batches USING ({rule}) WITH CHECK ({rule})")
    op.add_column("videos", sa.Column("batch_id", sa.Integer(), nullable=True))
    op.add_column("videos", sa.Column("turn", sa.String(length=10), nullable=True))
    op.create_index(op.f("ix_videos_batch_id"), "videos", ["batch_id"], unique=False)
    op.create_foreign_key(op.f("fk_videos_batch_id"), "videos", "batches", ["batch_id"], ["id"])
    waiting = "turn IS NOT NULL"
    op.create_index("ix_videos_turn", "videos", ["batch_id"], postgresql_where=sa.text(waiting))
    op.execute(f"ALTER POLICY unended ON videos USING ({TENDING} AND ({UNENDED} OR {waiting}))")


def downgrade() -> None:
    op.execute(f"ALTER POLICY unended ON videos USING ({TENDING} AND {UNENDED})")
    op.drop_column("videos", "turn")
    op.drop_column("videos", "batch_id")
    op.drop_table("batches")


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
