"""The row of a script that has yet to be written."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shared.database.models import Video, VideoScript


def reserve_script(session: Session, video: Video) -> VideoScript:
    """The row of a run's script, made before it is written, so that whoever asked can look."""
    if video.video_script_id is not None:
        return session.get_one(VideoScript, video.video_script_id)
    row = VideoScript(
        workspace_id=video.workspace_id,
        lead_id=video.lead_id,
        script_style=video.options["style"],
        language=video.options.get("language", "en"),
        total_duration_seconds=video.options["duration_seconds"],
        target_audience=video.options.get("target_audience"),
        key_messages=video.options.get("key_messages", []),
    )
    session.add(row)
    session.flush()
    video.video_script_id = row.id
    return row
