"""Ordering the voiceover of a script that is there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from shared.database.models import VideoScript, Voiceover, Workspace
from shared.scripting import NoSuchScript
from shared.values import Given
from shared.videos.ordering.readiness import NotReady, check_lead, check_ready
from shared.videos.runs import begin_run
from shared.voice import AudioFormat, VoicePreset, VoiceSettings, reserve_voiceover


class VoiceoverOrder(Given):
    """Speak a script. lead_id: whose script it is; it may be left out. format: of the audio file."""

    video_script_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    lead_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    voice_preset: VoicePreset = "professional_male"
    voice_settings: VoiceSettings = VoiceSettings()
    format: AudioFormat = "mp3"


def order_voiceover(session: Session, order: VoiceoverOrder, workspace_id: int) -> Voiceover:
    """The voiceover's row; its run is to be started, and waits for what the workspace has approved.

    Raises NoSuchScript, NotReady, WrongRequest.
    """
    script = session.get(VideoScript, order.video_script_id)
    if script is None:
        raise NoSuchScript(f"there is no script {order.video_script_id}")
    check_ready("script", script.id, script.status)
    if script.is_approved == "rejected":
        raise NotReady(f"script {script.id} was rejected: edit or approve it first")
    workspace = session.get_one(Workspace, workspace_id)
    if script.is_approved != "approved" and workspace.approve_scripts:
        raise NotReady(f"script {script.id} is not approved yet, as the workspace wants it")
    lead_id = check_lead("script", script.id, script.lead_id, order.lead_id)
    options = {
        "voice_preset": order.voice_preset,
        "voice_settings": order.voice_settings.model_dump(exclude_none=True),
        "voice_format": order.format,
        "approve_script": workspace.approve_scripts,  # an edit meanwhile takes the approval back
        "approve_voice": workspace.approve_voices,
    }
    run = begin_run(session, workspace_id, lead_id, "voiceover", options, video_script_id=script.id)
    row = reserve_voiceover(session, run)
    session.refresh(row)
    return row
