"""Share clips: who is encoding one, which are published, and which videos use them; a video's certificate"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CURRENT = "nullif(current_setting('leadreel.workspace_id', true), '')::int"
NEW = ("clip_claims", "published_clips", "clip_uses")


def upgrade() -> None:
    op.add_column("composed_videos", sa.Column("preview_path", sa.Text(), nullable=True))
    op.add_column(
        "composed_videos",
        sa.Column("certificate", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.create_table(
        "clip_claims",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("clip", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_clip_claims_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "clip", name=op.f("pk_clip_claims")),
    )
    op.create_table(
        "published_clips",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_published_clips_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_published_clips")),
    )
    op.create_table(
        "clip_uses",
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("composed_video_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_clip_uses_workspace_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "key"],
            ["published_clips.workspace_id", "published_clips.key"],
            name=op.f("fk_clip_uses_workspace_id_key"),
        ),
        sa.ForeignKeyConstraint(
            ["composed_video_id"], ["composed_videos.id"], name=op.f("fk_clip_uses_composed_video_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", "composed_video_id", name=op.f("pk_clip_uses")),
    )
    op.create_index(op.f("ix_clip_uses_composed_video_id"), "clip_uses", ["composed_video_id"], unique=False)
    for table in NEW:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        rule = f"workspace_id = {CURRENT}"
        op.execute(f"CREATE POLICY workspace ON {table} USING ({rule}) WITH CHECK ({rule})")


def downgrade() -> None:
    for table in reversed(NEW):
        op.drop_table(table)
    op.drop_column("composed_videos", "certificate")
    op.drop_column("composed_videos", "preview_path")
