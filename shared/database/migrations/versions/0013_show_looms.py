"""Show Looms: a hosted video may lie at Loom, and says what is known of it there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hosted_videos", sa.Column("loom", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("hosted_videos", "loom")
