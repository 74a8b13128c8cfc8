"""How fast a voice really speaks, from what it has spoken."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database.models import VideoScript, Voiceover
from shared.scripting.pace import spoken_seconds

MEASURED_VOICEOVERS = 20
STEP = 0.05
FASTEST, SLOWEST = 0.6, 1.8  # beyond these something else was measured than a voice's pace


def measured_tempo(session: Session, voice_preset: str) -> float:
    """How much longer the workspace's latest voiceovers of a preset took than `spoken_seconds` says.

    Measured on what was spoken until yesterday, in steps: a campaign's leads have one order, and so one
    purchase. 1 where nothing was spoken until then.
    """
    latest = session.execute(
        select(Voiceover.sections, VideoScript.language)
        .outerjoin(VideoScript, Voiceover.video_script_id == VideoScript.id)
        .where(
            Voiceover.voice_preset == voice_preset,
            Voiceover.status == "completed",
            Voiceover.created_at < func.date_trunc("day", func.now(), "UTC"),
        )
        .order_by(Voiceover.id.desc())
        .limit(MEASURED_VOICEOVERS)
    ).all()
    spoken = [(section, language or "en") for sections, language in latest for section in sections]
    took = sum(float(section["duration_seconds"]) for section, _ in spoken)
    usual = sum(
        spoken_seconds(" ".join(word["text"] for word in section["words"]), language)
        for section, language in spoken
    )
    tempo = min(max(took / usual, FASTEST), SLOWEST) if usual else 1.0
    return round(tempo / STEP) * STEP
