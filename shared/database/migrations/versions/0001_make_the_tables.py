"""Make the tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invocations",
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("function", sa.String(length=100), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("video_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=50), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_invocations")),
    )
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("name", name=op.f("uq_workspaces_name")),
    )
    op.create_table(
        "cost_entries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=True),
        sa.Column("video_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=50), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=20, scale=10), nullable=True),
        sa.Column("unit", sa.String(length=30), nullable=True),
        sa.Column("amount_usd", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_cost_entries_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_entries")),
        sa.UniqueConstraint("kind", "reference", name=op.f("uq_cost_entries_kind_reference")),
    )
    op.create_index(op.f("ix_cost_entries_video_id"), "cost_entries", ["video_id"], unique=False)
    op.create_index(op.f("ix_cost_entries_workspace_id"), "cost_entries", ["workspace_id"], unique=False)
    op.create_table(
        "demo_sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("recording_settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_demo_sites_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_sites")),
    )
    op.create_index(op.f("ix_demo_sites_workspace_id"), "demo_sites", ["workspace_id"], unique=False)
    op.create_table(
        "leads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("variables", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_leads_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
    )
    op.create_index(op.f("ix_leads_workspace_id"), "leads", ["workspace_id"], unique=False)
    op.create_table(
        "voiceover_cache",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("voice_id", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("audio_key", sa.Text(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("duration_seconds", sa.Float(), nullable=False),
        sa.Column("price_usd", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column(
            "last_used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_voiceover_cache_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voiceover_cache")),
        sa.UniqueConstraint(
            "workspace_id", "content_hash", name=op.f("uq_voiceover_cache_workspace_id_content_hash")
        ),
    )
    op.create_index(
        op.f("ix_voiceover_cache_workspace_id"), "voiceover_cache", ["workspace_id"], unique=False
    )
    op.create_table(
        "voiceover_usage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("characters", sa.BigInteger(), nullable=False),
        sa.Column("cost_usd", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("cache_hits", sa.Integer(), nullable=False),
        sa.Column("saved_usd", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_voiceover_usage_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voiceover_usage")),
        sa.UniqueConstraint(
            "workspace_id", "day", "model", name=op.f("uq_voiceover_usage_workspace_id_day_model")
        ),
    )
    op.create_index(
        op.f("ix_voiceover_usage_workspace_id"), "voiceover_usage", ["workspace_id"], unique=False
    )
    op.create_table(
        "screen_recordings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("demo_site_id", sa.Integer(), nullable=True),
        sa.Column("url_recorded", sa.Text(), nullable=False),
        sa.Column("video_file_path", sa.Text(), nullable=True),
        sa.Column("duration_seconds", sa.Float(), nullable=True),
        sa.Column("resolution", sa.String(length=50), nullable=False),
        sa.Column("file_size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=50), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recording_config", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["demo_site_id"], ["demo_sites.id"], name=op.f("fk_screen_recordings_demo_site_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_screen_recordings_lead_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_screen_recordings_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screen_recordings")),
    )
    op.create_index(op.f("ix_screen_recordings_lead_id"), "screen_recordings", ["lead_id"], unique=False)
    op.create_index(
        op.f("ix_screen_recordings_workspace_id"), "screen_recordings", ["workspace_id"], unique=False
    )
    op.create_table(
        "video_scripts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("script_style", sa.String(length=50), nullable=False),
        sa.Column("sections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total_duration_seconds", sa.Float(), nullable=False),
        sa.Column("target_audience", sa.Text(), nullable=True),
        sa.Column("key_messages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ai_model_used", sa.String(length=100), nullable=True),
        sa.Column("ai_cost", sa.Numeric(precision=20, scale=10), nullable=True),
        sa.Column("is_approved", sa.String(length=50), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=50), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_video_scripts_lead_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_video_scripts_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_scripts")),
    )
    op.create_index(op.f("ix_video_scripts_lead_id"), "video_scripts", ["lead_id"], unique=False)
    op.create_index(op.f("ix_video_scripts_workspace_id"), "video_scripts", ["workspace_id"], unique=False)
    op.create_table(
        "recording_segments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("screen_recording_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("first_frame", sa.Integer(), nullable=False),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column("scene_type", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["screen_recording_id"],
            ["screen_recordings.id"],
            name=op.f("fk_recording_segments_screen_recording_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_recording_segments_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_segments")),
        sa.UniqueConstraint(
            "screen_recording_id", "position", name=op.f("uq_recording_segments_screen_recording_id_position")
        ),
    )
    op.create_index(
        op.f("ix_recording_segments_workspace_id"), "recording_segments", ["workspace_id"], unique=False
    )
    op.create_table(
        "recording_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("screen_recording_id", sa.Integer(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("browser_version", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column("unique_frame_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["screen_recording_id"],
            ["screen_recordings.id"],
            name=op.f("fk_recording_sessions_screen_recording_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_recording_sessions_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_sessions")),
    )
    op.create_index(
        op.f("ix_recording_sessions_screen_recording_id"),
        "recording_sessions",
        ["screen_recording_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recording_sessions_workspace_id"), "recording_sessions", ["workspace_id"], unique=False
    )
    op.create_table(
        "voiceovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("video_script_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("voice_preset", sa.String(length=100), nullable=False),
        sa.Column("voice_settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("voice_id", sa.String(length=100), nullable=True),
        sa.Column("voice_name", sa.String(length=100), nullable=True),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("audio_file_path", sa.Text(), nullable=True),
        sa.Column("duration_seconds", sa.Float(), nullable=True),
        sa.Column("characters_processed", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Numeric(precision=20, scale=10), nullable=True),
        sa.Column("sections", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.String(length=50), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_voiceovers_lead_id")),
        sa.ForeignKeyConstraint(
            ["video_script_id"], ["video_scripts.id"], name=op.f("fk_voiceovers_video_script_id")
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_voiceovers_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voiceovers")),
    )
    op.create_index(op.f("ix_voiceovers_lead_id"), "voiceovers", ["lead_id"], unique=False)
    op.create_index(op.f("ix_voiceovers_video_script_id"), "voiceovers", ["video_script_id"], unique=False)
    op.create_index(op.f("ix_voiceovers_workspace_id"), "voiceovers", ["workspace_id"], unique=False)
    op.create_table(
        "composed_videos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("screen_recording_id", sa.Integer(), nullable=True),
        sa.Column("voiceover_id", sa.Integer(), nullable=True),
        sa.Column("video_file_path", sa.Text(), nullable=True),
        sa.Column("thumbnail_path", sa.Text(), nullable=True),
        sa.Column("captions_path", sa.Text(), nullable=True),
        sa.Column("duration_seconds", sa.Float(), nullable=True),
        sa.Column("resolution", sa.String(length=20), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("file_size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("quality_versions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("branding_applied", sa.Boolean(), nullable=False),
        sa.Column("has_intro", sa.Boolean(), nullable=False),
        sa.Column("processing_time_seconds", sa.Float(), nullable=True),
        sa.Column("status", sa.String(length=50), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_composed_videos_lead_id")),
        sa.ForeignKeyConstraint(
            ["screen_recording_id"],
            ["screen_recordings.id"],
            name=op.f("fk_composed_videos_screen_recording_id"),
        ),
        sa.ForeignKeyConstraint(
            ["voiceover_id"], ["voiceovers.id"], name=op.f("fk_composed_videos_voiceover_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_composed_videos_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_composed_videos")),
    )
    op.create_index(op.f("ix_composed_videos_lead_id"), "composed_videos", ["lead_id"], unique=False)
    op.create_index(
        op.f("ix_composed_videos_workspace_id"), "composed_videos", ["workspace_id"], unique=False
    )
    op.create_table(
        "composition_jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("composed_video_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=50), nullable=False),
        sa.Column("clips_total", sa.Integer(), nullable=False),
        sa.Column("clips_encoded", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["composed_video_id"],
            ["composed_videos.id"],
            name=op.f("fk_composition_jobs_composed_video_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_composition_jobs_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_composition_jobs")),
    )
    op.create_index(
        op.f("ix_composition_jobs_composed_video_id"), "composition_jobs", ["composed_video_id"], unique=False
    )
    op.create_index(
        op.f("ix_composition_jobs_workspace_id"), "composition_jobs", ["workspace_id"], unique=False
    )
    op.create_table(
        "hosted_videos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("composed_video_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("hosting_provider", sa.String(length=50), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("share_url", sa.Text(), nullable=False),
        sa.Column("embed_url", sa.Text(), nullable=False),
        sa.Column("thumbnail_url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("privacy", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("download_enabled", sa.Boolean(), nullable=False),
        sa.Column("analytics_enabled", sa.Boolean(), nullable=False),
        sa.Column("view_count", sa.Integer(), nullable=False),
        sa.Column("unique_viewers", sa.Integer(), nullable=False),
        sa.Column("avg_watch_percentage", sa.Float(), nullable=True),
        sa.Column("total_cost_usd", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("status", sa.String(length=50), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["composed_video_id"], ["composed_videos.id"], name=op.f("fk_hosted_videos_composed_video_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_hosted_videos_lead_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_hosted_videos_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosted_videos")),
        sa.UniqueConstraint("slug", name=op.f("uq_hosted_videos_slug")),
    )
    op.create_index(
        op.f("ix_hosted_videos_composed_video_id"), "hosted_videos", ["composed_video_id"], unique=False
    )
    op.create_index(op.f("ix_hosted_videos_lead_id"), "hosted_videos", ["lead_id"], unique=False)
    op.create_index(op.f("ix_hosted_videos_workspace_id"), "hosted_videos", ["workspace_id"], unique=False)
    op.create_table(
        "video_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("hosted_video_id", sa.Integer(), nullable=False),
        sa.Column("view_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("viewer_hash", sa.String(length=64), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("watched", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("watched_seconds", sa.Float(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("device", sa.String(length=20), nullable=True),
        sa.Column("classification", sa.String(length=30), nullable=False),
        sa.Column("classification_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["hosted_video_id"],
            ["hosted_videos.id"],
            name=op.f("fk_video_views_hosted_video_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_video_views_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_views")),
        sa.UniqueConstraint("workspace_id", "view_id", name=op.f("uq_video_views_workspace_id_view_id")),
    )
    op.create_index(op.f("ix_video_views_hosted_video_id"), "video_views", ["hosted_video_id"], unique=False)
    op.create_index(op.f("ix_video_views_workspace_id"), "video_views", ["workspace_id"], unique=False)
    op.create_table(
        "videos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("demo_site_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("page_job", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=50), nullable=False),
        sa.Column("failed_step", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("video_script_id", sa.Integer(), nullable=True),
        sa.Column("voiceover_id", sa.Integer(), nullable=True),
        sa.Column("screen_recording_id", sa.Integer(), nullable=True),
        sa.Column("composed_video_id", sa.Integer(), nullable=True),
        sa.Column("hosted_video_id", sa.Integer(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["composed_video_id"], ["composed_videos.id"], name=op.f("fk_videos_composed_video_id")
        ),
        sa.ForeignKeyConstraint(["demo_site_id"], ["demo_sites.id"], name=op.f("fk_videos_demo_site_id")),
        sa.ForeignKeyConstraint(
            ["hosted_video_id"], ["hosted_videos.id"], name=op.f("fk_videos_hosted_video_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_videos_lead_id")),
        sa.ForeignKeyConstraint(
            ["screen_recording_id"], ["screen_recordings.id"], name=op.f("fk_videos_screen_recording_id")
        ),
        sa.ForeignKeyConstraint(
            ["video_script_id"], ["video_scripts.id"], name=op.f("fk_videos_video_script_id")
        ),
        sa.ForeignKeyConstraint(["voiceover_id"], ["voiceovers.id"], name=op.f("fk_videos_voiceover_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_videos_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_videos")),
    )
    op.create_index(op.f("ix_videos_lead_id"), "videos", ["lead_id"], unique=False)
    op.create_index(op.f("ix_videos_status"), "videos", ["status"], unique=False)
    op.create_index(op.f("ix_videos_workspace_id"), "videos", ["workspace_id"], unique=False)
    op.create_table(
        "paid_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(length=50), nullable=True),
        sa.Column("vendor", sa.String(length=50), nullable=False),
        sa.Column("operation", sa.String(length=100), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=20, scale=10), nullable=True),
        sa.Column("unit", sa.String(length=30), nullable=True),
        sa.Column("price_usd", sa.Numeric(precision=20, scale=10), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_paid_calls_video_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name=op.f("fk_paid_calls_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paid_calls")),
    )
    op.create_index(op.f("ix_paid_calls_video_id"), "paid_calls", ["video_id"], unique=False)
    op.create_index(op.f("ix_paid_calls_workspace_id"), "paid_calls", ["workspace_id"], unique=False)
    op.create_index(
        "ix_paid_calls_workspace_id_content_hash",
        "paid_calls",
        ["workspace_id", "content_hash"],
        unique=False,
    )
    op.create_table(
        "video_steps",
        sa.Column("video_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("workspace_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=50), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name=op.f("fk_video_steps_video_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_video_steps_workspace_id")
        ),
        sa.PrimaryKeyConstraint("video_id", "name", name=op.f("pk_video_steps")),
    )
    op.create_index(op.f("ix_video_steps_workspace_id"), "video_steps", ["workspace_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_video_steps_workspace_id"), table_name="video_steps")
    op.drop_table("video_steps")
    op.drop_index("ix_paid_calls_workspace_id_content_hash", table_name="paid_calls")
    op.drop_index(op.f("ix_paid_calls_workspace_id"), table_name="paid_calls")
    op.drop_index(op.f("ix_paid_calls_video_id"), table_name="paid_calls")
    op.drop_table("paid_calls")
    op.drop_index(op.f("ix_videos_workspace_id"), table_name="videos")
    op.drop_index(op.f("ix_videos_status"), table_name="videos")
    op.drop_index(op.f("ix_videos_lead_id"), table_name="videos")
    op.drop_table("videos")
    op.drop_index(op.f("ix_video_views_workspace_id"), table_name="video_views")
    op.drop_index(op.f("ix_video_views_hosted_video_id"), table_name="video_views")
    op.drop_table("video_views")
    op.drop_index(op.f("ix_hosted_videos_workspace_id"), table_name="hosted_videos")
    op.drop_index(op.f("ix_hosted_videos_lead_id"), table_name="hosted_videos")
    op.drop_index(op.f("ix_hosted_videos_composed_video_id"), table_name="hosted_videos")
    op.drop_table("hosted_videos")
    op.drop_index(op.f("ix_composition_jobs_workspace_id"), table_name="composition_jobs")
    op.drop_index(op.f("ix_composition_jobs_composed_video_id"), table_name="composition_jobs")
    op.drop_table("composition_jobs")
    op.drop_index(op.f("ix_composed_videos_workspace_id"), table_name="composed_videos")
    op.drop_index(op.f("ix_composed_videos_lead_id"), table_name="composed_videos")
    op.drop_table("composed_videos")
    op.drop_index(op.f("ix_voiceovers_workspace_id"), table_name="voiceovers")
    op.drop_index(op.f("ix_voiceovers_video_script_id"), table_name="voiceovers")
    op.drop_index(op.f("ix_voiceovers_lead_id"), table_name="voiceovers")
    op.drop_table("voiceovers")
    op.drop_index(op.f("ix_recording_sessions_workspace_id"), table_name="recording_sessions")
    op.drop_index(op.f("ix_recording_sessions_screen_recording_id"), table_name="recording_sessions")
    op.drop_table("recording_sessions")
    op.drop_index(op.f("ix_recording_segments_workspace_id"), table_name="recording_segments")
    op.drop_table("recording_segments")
    op.drop_index(op.f("ix_video_scripts_workspace_id"), table_name="video_scripts")
    op.drop_index(op.f("ix_video_scripts_lead_id"), table_name="video_scripts")
    op.drop_table("video_scripts")
    op.drop_index(op.f("ix_screen_recordings_workspace_id"), table_name="screen_recordings")
    op.drop_index(op.f("ix_screen_recordings_lead_id"), table_name="screen_recordings")
    op.drop_table("screen_recordings")
    op.drop_index(op.f("ix_voiceover_usage_workspace_id"), table_name="voiceover_usage")
    op.drop_table("voiceover_usage")
    op.drop_index(op.f("ix_voiceover_cache_workspace_id"), table_name="voiceover_cache")
    op.drop_table("voiceover_cache")
    op.drop_index(op.f("ix_leads_workspace_id"), table_name="leads")
    op.drop_table("leads")
    op.drop_index(op.f("ix_demo_sites_workspace_id"), table_name="demo_sites")
    op.drop_table("demo_sites")
    op.drop_index(op.f("ix_cost_entries_workspace_id"), table_name="cost_entries")
    op.drop_index(op.f("ix_cost_entries_video_id"), table_name="cost_entries")
    op.drop_table("cost_entries")
    op.drop_table("workspaces")
    op.drop_table("invocations")
