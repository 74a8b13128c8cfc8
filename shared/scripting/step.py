"""The script step: writes a video's script and keeps it as a row."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from shared.costs import open_ledger, watch_allowance
from shared.database.models import Lead, Video, VideoScript
from shared.scripting.credits import credits_left
from shared.scripting.generator import ScriptGenerator
from shared.scripting.reserving import reserve_script
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
        row = reserve_script(session, video)
        if row.status == "completed":
            return {"video_script_id": row.id}
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
        _settle(session.get_one(VideoScript, row.id), script)
    return {"video_script_id": row.id}


def _known(lead: Lead) -> dict[str, Any]:
    names = ("name", "company", "industry", "email", "title", "website", "notes")
    return {name: getattr(lead, name) for name in names}


def _settle(row: VideoScript, script: Script) -> None:
    row.script_style, row.language = script.script_style, script.language
    row.sections = [section.model_dump(mode="json") for section in script.sections]
    row.total_duration_seconds = script.total_duration_seconds
    row.ai_model_used, row.ai_cost = script.ai_model_used, script.ai_cost
    row.status, row.reason = "completed", None
