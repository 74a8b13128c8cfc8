"""Report on recordings: what is to be said about the film"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    quality = sa.Column(
        "quality", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"
    )
    op.add_column("screen_recordings", quality)
    op.alter_column("screen_recordings", "quality", server_default=None)


def downgrade() -> None:
    op.drop_column("screen_recordings", "quality")
