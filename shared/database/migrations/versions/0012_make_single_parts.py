"""Make single parts of a video: a run may be of one operation, and each part says why it failed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PARTS = ("video_scripts", "voiceovers", "hosted_videos")


def upgrade() -> None:
    op.add_column(
        "videos", sa.Column("operation", sa.String(length=20), server_default="video", nullable=False)
    )
    op.create_index(op.f("ix_videos_operation"), "videos", ["operation"], unique=False)
    for table in PARTS:
        op.add_column(table, sa.Column("reason", sa.Text(), nullable=True))


def downgrade() -> None:
    for table in PARTS:
        op.drop_column(table, "reason")
    op.drop_index(op.f("ix_videos_operation"), table_name="videos")
    op.drop_column("videos", "operation")
