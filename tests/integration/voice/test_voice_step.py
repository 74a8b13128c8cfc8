"""The voice step: what is in the script's row now is what is spoken, word for word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from local.postgres import Postgres
from shared.database import Database
from shared.database.models import (
    Lead,
    Pronunciation,
    Video,
    VideoScript,
    Voiceover,
    VoiceoverCache,
    VoiceoverUsage,
)
from shared.scripting.editing import SectionEdit, edit_script
from shared.settings import Settings
from shared.storage import FileStorage
from shared.voice.step import speak_script
from shared.workflow import Tools, VideoEvent
from tests.support.vendors import VendorServer

SECTIONS: list[dict[str, Any]] = [
    {
        "title": "Intro",
        "content": "Hi Ana. All hear this.",
        "duration_seconds": 5.0,
        "scene_type": "intro",
        "timing_marker": "[00:00]",
        "passages": [
            {"text": "Hi Ana.", "usual": "Hi there.", "personal": True},
            {"text": "All hear this.", "usual": "All hear this.", "personal": False},
        ],
    },
    {
        "title": "Bye",
        "content": "Bye, Ana.",
        "duration_seconds": 5.0,
        "scene_type": "cta",
        "timing_marker": "[00:05]",
        "passages": [],
    },
]


@pytest.fixture
def tools(migrated: Postgres, vendors: VendorServer, tmp_path: Path) -> Tools:
    settings = Settings(
        leadreel_home=tmp_path,
        elevenlabs_api_key="any",
        elevenlabs_base_url=vendors.elevenlabs_url,
        elevenlabs_plan="creator",
        database_url=migrated.app_url,
        _env_file=None,
    )
    return Tools(settings, FileStorage(tmp_path / "storage"))


def ordered(database: Database, workspace_id: int) -> tuple[VideoEvent, int]:
    with database.workspace(workspace_id) as session:
        lead = Lead(workspace_id=workspace_id, name="Ana", company="Acme", variables={})
        script = VideoScript(
            workspace_id=workspace_id, script_style="casual", sections=SECTIONS, total_duration_seconds=10
        )
        session.add_all([lead, script])
        session.flush()
        video = Video(
            workspace_id=workspace_id,
            lead_id=lead.id,
            url="https://a.example",
            page_job="",
            status="pending",
            options={"voice_preset": "technical", "voice_settings": {"stability": 0.4}},
            video_script_id=script.id,
        )
        session.add(video)
        session.flush()
        return VideoEvent(workspace_id=workspace_id, video_id=video.id), script.id


def test_an_edited_script_is_spoken_word_for_word_and_said_as_the_workspace_says(
    database: Database, workspace_id: int, tools: Tools, vendors: VendorServer
) -> None:
    event, script_id = ordered(database, workspace_id)
    with database.workspace(workspace_id) as session:
        edit_script(session, script_id, [SectionEdit(index=1, content="Ask us about SQL, Ana.")], "approved")
        session.add(Pronunciation(workspace_id=workspace_id, written="SQL", said="sequel"))
    voiceover_id = speak_script(event, tools)["voiceover_id"]
    assert speak_script(event, tools) == {"voiceover_id": voiceover_id}
    asked = [request["text"] for request in vendors.elevenlabs.requests]
    assert sorted(asked) == ["All hear this.", "Ask us about sequel, Ana.", "Hi Ana."]
    assert {request["voice_settings"]["stability"] for request in vendors.elevenlabs.requests} == {0.4}
    with database.workspace(workspace_id) as session:
        row = session.get_one(Voiceover, voiceover_id)
        said = [" ".join(word["text"] for word in section["words"]) for section in row.sections]
        usage = session.scalars(select(VoiceoverUsage)).one()
        kept = len(session.scalars(select(VoiceoverCache)).all())
    assert said == ["Hi Ana. All hear this.", "Ask us about SQL, Ana."]
    assert row.voice_settings == {"stability": 0.4}
    assert row.characters_processed == usage.characters == sum(map(len, asked))
    assert (usage.calls, usage.cache_hits, kept) == (3, 0, 3)
    assert all(tools.storage.exists(section["audio_key"]) for section in row.sections)
