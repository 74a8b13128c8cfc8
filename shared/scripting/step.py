"""The script step: writes a video's script and keeps it as a row."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from shared.costs import open_ledger, watch_allowance
from shared.database.models import Lead, Video, VideoScript
from shared.scripting.credits import credits_left
from shared.scripting.generator import ScriptGenerator
from shared.scripting.script import Script
from shared.scripting.strangers import strangers
from shared.scripting.tempo import measured_tempo
from shared.workflow import Tools, VideoEvent

_ASKED = ("style", "key_messages", "target_audience", "language", "brand", "ai_model")


def write_script(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Returns {video_script_id}. Raises what ScriptGenerator raises."""
    workspace_id = event.workspace_id
    with tools.database.workspace(workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        if video.video_script_id is not None:
            return {"video_script_id": video.video_script_id}
        lead = session.get_one(Lead, video.lead_id)
        tempo = measured_tempo(session, video.options["voice_preset"])
    generator = ScriptGenerator(
        tools.settings,
        open_ledger(tools.database, tools.storage, workspace_id, event.video_id, "script"),
        strangers(tools.database, workspace_id, lead.id),
    )
    asked = {name: video.options[name] for name in _ASKED if video.options.get(name) is not None}
    script = asyncio.run(
        generator.generate_script(
            lead_data=_known(lead),
            duration=video.options["duration_seconds"],
            mode=video.options.get("script_mode", "bespoke"),
            variant=lead.id,
            tempo=tempo,
            **asked,
        )
    )
    key = tools.settings.openrouter_api_key
    if key is not None:
        watch_allowance(
            tools.database,
            "openrouter",
            partial(credits_left, tools.settings.openrouter_base_url, key.get_secret_value()),
        )
    with tools.database.workspace(workspace_id) as session:
        return {"video_script_id": _keep(session, event, lead, script, asked)}


def _known(lead: Lead) -> dict[str, Any]:
    names = ("name", "company", "industry", "email", "title", "website", "notes")
    return {name: getattr(lead, name) for name in names}


def _keep(session: Session, event: VideoEvent, lead: Lead, script: Script, asked: dict[str, Any]) -> int:
    row = VideoScript(
        workspace_id=event.workspace_id,
        lead_id=lead.id,
        script_style=script.script_style,
        language=script.language,
        sections=[section.model_dump(mode="json") for section in script.sections],
        total_duration_seconds=script.total_duration_seconds,
        target_audience=asked.get("target_audience"),
        key_messages=asked.get("key_messages", []),
        ai_model_used=script.ai_model_used,
        ai_cost=script.ai_cost,
    )
    session.add(row)
    session.flush()
    session.get_one(Video, event.video_id).video_script_id = row.id
    return row.id
