"""Ordering a script on its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from shared.database.models import VideoScript
from shared.leads import read_lead
from shared.scripting import Brand, Mode, Style, reserve_script
from shared.settings import Settings
from shared.values import Given, Length, Text
from shared.videos.pages import WrongRequest
from shared.videos.runs import begin_run
from shared.voice import VoicePreset


class ScriptOrder(Given):
    """Write a script for a lead. ai_model: as OpenRouter names it; that of the settings unless given.

    voice_preset: who is to speak it, for a fast voice says more in the same time. mode: `campaign` writes
    once for many leads.
    """

    lead_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    script_style: Style = "professional"
    total_duration_seconds: Annotated[int, Field(ge=5, le=3600)] = 60
    target_audience: Annotated[Text, Length(300)] | None = None
    key_messages: Annotated[tuple[Annotated[Text, Length(300, least=1)], ...], Field(max_length=50)] = ()
    ai_model: Annotated[Text, Length(200, least=1)] | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    brand: Brand = Brand()
    mode: Mode = "bespoke"
    voice_preset: VoicePreset = "professional_male"


def order_script(session: Session, order: ScriptOrder, workspace_id: int, settings: Settings) -> VideoScript:
    """The script's row; its run is to be started. Raises WrongRequest, NoSuchLead."""
    longest = settings.video_max_duration_seconds
    if order.total_duration_seconds > longest:
        raise WrongRequest(f"total_duration_seconds: at most {longest} (VIDEO_MAX_DURATION_SECONDS)")
    lead = read_lead(session, order.lead_id)
    asked = order.model_dump(
        mode="json", exclude={"lead_id", "script_style", "total_duration_seconds", "mode"}
    )
    options = asked | {
        "style": order.script_style,
        "duration_seconds": order.total_duration_seconds,
        "script_mode": order.mode,
    }
    run = begin_run(session, workspace_id, lead.id, "script", options)
    row = reserve_script(session, run)
    session.refresh(row)
    return row
