"""Wait for a person: what must be approved, who decided what, and how often a video was begun"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CURRENT = "nullif(current_setting('leadreel.workspace_id', true), '')::int"
JSON = postgresql.JSONB(astext_type=sa.Text())
REQUIRED = ("approve_scripts", "approve_voices")


def upgrade() -> None:
    for name in REQUIRED:
        op.add_column(
            "workspaces", sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
    op.add_column("videos", sa.Column("attempt", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_table(
        "approvals",
        sa.Column("video_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("task_token", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=300), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sample", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name=op.f("fk_approvals_video_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_approvals_workspace_id")),
        sa.PrimaryKeyConstraint("video_id", "kind", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_workspace_id"), "approvals", ["workspace_id"], unique=False)
    op.execute("ALTER TABLE approvals ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE approvals FORCE ROW LEVEL SECURITY")
    rule = f"workspace_id = {CURRENT}"
    op.execute(f"CREATE POLICY workspace ON approvals USING ({rule}) WITH CHECK ({rule})")


def downgrade() -> None:
    op.drop_table("approvals")
    op.drop_column("videos", "attempt")
    for name in REQUIRED:
        op.drop_column("workspaces", name)
