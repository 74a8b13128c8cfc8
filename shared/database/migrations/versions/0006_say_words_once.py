"""Say words once: the language of scripts, their versions, and how words are said"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CURRENT = "nullif(current_setting('leadreel.workspace_id', true), '')::int"
NEW = ("video_script_versions", "pronunciations")


def upgrade() -> None:
    op.add_column(
        "video_scripts", sa.Column("language", sa.String(length=10), nullable=False, server_default="en")
    )
    op.create_table(
        "video_script_versions",
        *_owned(),
        sa.Column("video_script_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_approved", sa.String(length=50), nullable=False),
        sa.Column("author", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_video_script_versions_workspace_id")
        ),
        sa.ForeignKeyConstraint(
            ["video_script_id"], ["video_scripts.id"], name=op.f("fk_video_script_versions_video_script_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_script_versions")),
        sa.UniqueConstraint(
            "video_script_id", "version", name=op.f("uq_video_script_versions_video_script_id_version")
        ),
    )
    op.create_table(
        "pronunciations",
        *_owned(),
        sa.Column("written", sa.String(length=200), nullable=False),
        sa.Column("said", sa.String(length=400), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_pronunciations_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pronunciations")),
        sa.UniqueConstraint(
            "workspace_id",
            "written",
            "language",
            name=op.f("uq_pronunciations_workspace_id_written_language"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    for table in NEW:
        op.create_index(op.f(f"ix_{table}_workspace_id"), table, ["workspace_id"], unique=False)
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        rule = f"workspace_id = {CURRENT}"
        op.execute(f"CREATE POLICY workspace ON {table} USING ({rule}) WITH CHECK ({rule})")


def _owned() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ]


def downgrade() -> None:
    for table in NEW:
        op.drop_table(table)
    op.drop_column("video_scripts", "language")
