"""Keep workspaces apart: row-level security, and a role for the functions that owns nothing."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APP = "leadreel_app"
OWNED = (
    "leads",
    "demo_sites",
    "videos",
    "video_steps",
    "screen_recordings",
    "recording_sessions",
    "recording_segments",
    "video_scripts",
    "voiceovers",
    "voiceover_usage",
    "voiceover_cache",
    "composed_videos",
    "composition_jobs",
    "hosted_videos",
    "video_views",
    "paid_calls",
    "cost_entries",
)
CURRENT = "nullif(current_setting('leadreel.workspace_id', true), '')::int"
MINE = f"workspace_id = {CURRENT}"
# Costs may belong to nobody in particular: a transaction without a workspace sees just those.
MINE_OR_NOBODYS = f"{MINE} OR (workspace_id IS NULL AND {CURRENT} IS NULL)"


def upgrade() -> None:
    op.execute(
        f"""DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP}') THEN CREATE ROLE {APP} LOGIN; END IF;
        END $$"""
    )
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}")
    op.execute(
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}"
    )
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {APP}")
    for table in OWNED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        rule = MINE_OR_NOBODYS if table == "cost_entries" else MINE
        op.execute(f"CREATE POLICY workspace ON {table} USING ({rule}) WITH CHECK ({rule})")


def downgrade() -> None:
    for table in OWNED:
        op.execute(f"DROP POLICY workspace ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {APP}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {APP}")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {APP}")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {APP}")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {APP}")
