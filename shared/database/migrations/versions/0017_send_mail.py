"""Send mail: to whom, with which video, and whether it was sent"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

CURRENT = "nullif(current_setting('leadreel.workspace_id', true), '')::int"
WAITS = "status = 'pending' AND next_attempt_at <= now()"
BEFORE = "current_setting('leadreel.webhooks', true) = 'due'"
# Whoever sends asks over all workspaces what is due, and then works in each one's own transaction.
DUE = "current_setting('leadreel.due', true) = 'on'"


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("hosted_video_id", sa.Integer(), nullable=False),
        sa.Column("to_email", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sent_by", sa.String(length=20), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_mails_workspace_id")),
        sa.ForeignKeyConstraint(
            ["hosted_video_id"],
            ["hosted_videos.id"],
            name=op.f("fk_mails_hosted_video_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    for column in ("workspace_id", "hosted_video_id"):
        op.create_index(op.f(f"ix_mails_{column}"), "mails", [column], unique=False)
    waiting = sa.text("status = 'pending'")
    op.create_index("ix_mails_due", "mails", ["next_attempt_at"], postgresql_where=waiting)
    op.execute("ALTER TABLE mails ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE mails FORCE ROW LEVEL SECURITY")
    rule = f"workspace_id = {CURRENT}"
    op.execute(f"CREATE POLICY workspace ON mails USING ({rule}) WITH CHECK ({rule})")
    op.execute(f"CREATE POLICY due ON mails FOR SELECT USING ({DUE} AND {WAITS})")
    # the code that runs while this is deployed says what it said before
    op.execute(f"ALTER POLICY due ON webhook_deliveries USING (({DUE} OR {BEFORE}) AND {WAITS})")


def downgrade() -> None:
    op.execute(f"ALTER POLICY due ON webhook_deliveries USING ({BEFORE} AND {WAITS})")
    op.drop_table("mails")
