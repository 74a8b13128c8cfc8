"""The row of a voiceover that has yet to be spoken."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shared.database.models import Video, Voiceover


def reserve_voiceover(session: Session, video: Video) -> Voiceover:
    """The row of a run's voiceover, made before it is spoken, so that whoever asked can look."""
    if video.voiceover_id is not None:
        return session.get_one(Voiceover, video.voiceover_id)
    row = Voiceover(
        workspace_id=video.workspace_id,
        video_script_id=video.video_script_id,
        lead_id=video.lead_id,
        voice_preset=video.options["voice_preset"],
        voice_settings=video.options.get("voice_settings") or {},
        format=video.options.get("voice_format", "mp3"),
    )
    session.add(row)
    session.flush()
    video.voiceover_id = row.id
    return row
