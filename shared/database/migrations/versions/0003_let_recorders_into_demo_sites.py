"""Let recorders into demo sites: headers and cookies, sealed, and their names to be shown"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("demo_sites", sa.Column("access", sa.Text(), nullable=True))
    names = sa.Column(
        "access_names", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"
    )
    op.add_column("demo_sites", names)
    op.alter_column("demo_sites", "access_names", server_default=None)


def downgrade() -> None:
    op.drop_column("demo_sites", "access_names")
    op.drop_column("demo_sites", "access")
