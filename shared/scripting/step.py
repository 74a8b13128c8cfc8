"""The script step: writes a video's script and keeps it as a row."""

from __future__ import annotations

import asyncio
from typing import Any

from shared.costs import open_ledger
from shared.database.models import Lead, Video, VideoScript
from shared.scripting.generator import ScriptGenerator
from shared.workflow import Tools, VideoEvent


def write_script(event: VideoEvent, tools: Tools) -> dict[str, Any]:
    """Returns {video_script_id}. Raises what ScriptGenerator raises."""
    with tools.database.workspace(event.workspace_id) as session:
        video = session.get_one(Video, event.video_id)
        if video.video_script_id is not None:
            return {"video_script_id": video.video_script_id}
        lead = session.get_one(Lead, video.lead_id)
    ledger = open_ledger(tools.database, tools.storage, event.workspace_id, event.video_id, "script")
    script = asyncio.run(
        ScriptGenerator(tools.settings, ledger).generate_script(
            lead_data={
                "name": lead.name,
                "company": lead.company,
                "industry": lead.industry,
                "email": lead.email,
                "title": lead.title,
                "website": lead.website,
                "notes": lead.notes,
            },
            style=video.options["style"],
            duration=video.options["duration_seconds"],
            key_messages=video.options["key_messages"],
        )
    )
    with tools.database.workspace(event.workspace_id) as session:
        row = VideoScript(
            workspace_id=event.workspace_id,
            lead_id=lead.id,
            script_style=script.script_style,
            sections=[section.model_dump(mode="json") for section in script.sections],
            total_duration_seconds=script.total_duration_seconds,
            key_messages=video.options["key_messages"],
            ai_model_used=script.ai_model_used,
            ai_cost=script.ai_cost,
        )
        session.add(row)
        session.flush()
        session.get_one(Video, event.video_id).video_script_id = row.id
        return {"video_script_id": row.id}
