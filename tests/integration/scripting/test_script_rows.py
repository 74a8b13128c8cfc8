"""Scripts and leads as rows: other leads' data is found, a voice's pace is measured, edits are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import Lead, Pronunciation, VideoScript, VideoScriptVersion, Voiceover
from shared.scripting.editing import NoSuchScript, SectionEdit, StaleEdit, edit_script
from shared.scripting.pace import spoken_seconds
from shared.scripting.strangers import strangers
from shared.scripting.tempo import measured_tempo
from shared.voice.pronouncing import read_pronunciations

LEADS = (
    ("Ana Silva", "Acme", "ana@acme.example"),
    ("Maria Gonzalez", "Initech", "maria@initech.example"),
    ("Mark", "The Blue Door", None),
    ("王伟", "Go", "w@go.example"),
    ("Otto Colleague", "Acme", None),
    ("Ana Silva", "Bright Widgets Inc.", None),
)


def add_leads(database: Database, workspace_id: int) -> list[int]:
    with database.workspace(workspace_id) as session:
        rows = [
            Lead(workspace_id=workspace_id, name=name, company=company, email=email, variables={})
            for name, company, email in LEADS
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hi Ana, this is for Acme.", None),
        ("Ana Silva works at Acme: write to ana@acme.example.", None),
        ("We also help Maria Gonzalez.", "Maria Gonzalez"),
        ("we also help maria gonzalez, by the way", "Maria Gonzalez"),
        ("As we do for Initech, quietly.", "Initech"),
        ("Ask the blue door about it.", "The Blue Door"),
        ("Write to maria@initech.example.", "maria@initech.example"),
        ("Mark this page, and go on.", None),
        ("Otto Colleague knows it.", "Otto Colleague"),
        ("As for Bright Widgets, it works.", "Bright Widgets"),
        ("", None),
    ],
)
def test_what_belongs_to_another_lead_is_found(
    database: Database, workspace_id: int, text: str, found: str | None
) -> None:
    ana, *_ = add_leads(database, workspace_id)
    assert strangers(database, workspace_id, ana)(text) == found


def test_another_workspaces_leads_are_nobodys_here(
    database: Database, workspace_id: int, request: pytest.FixtureRequest
) -> None:
    add_leads(database, open_workspace(database, f"{request.node.name} elsewhere"))
    with database.workspace(workspace_id) as session:
        own = Lead(workspace_id=workspace_id, name="Eva", company="Eva's", variables={})
        session.add(own)
        session.flush()
        lead_id = own.id
    assert strangers(database, workspace_id, lead_id)("We also help Maria Gonzalez at Initech, too.") is None


def voiceover(
    workspace_id: int, text: str, slower: float, preset: str = "technical", days_ago: int = 1
) -> Voiceover:
    section = {
        "duration_seconds": spoken_seconds(text) * slower,
        "words": [{"text": word, "start": 0, "end": 0} for word in text.split()],
    }
    spoken_at = datetime.now(UTC) - timedelta(days=days_ago)
    return Voiceover(
        workspace_id=workspace_id,
        voice_preset=preset,
        sections=[section],
        status="completed",
        created_at=spoken_at,
    )


def test_the_pace_of_a_voice_is_that_of_what_it_spoke(database: Database, workspace_id: int) -> None:
    text = "This is a sentence of the usual kind, with a few words in it."
    with database.workspace(workspace_id) as session:
        assert measured_tempo(session, "technical") == 1.0
        session.add_all([voiceover(workspace_id, text, slower) for slower in (1.2, 1.3)])
        session.add(voiceover(workspace_id, text, 0.68, "casual_male"))
        session.add(voiceover(workspace_id, text, 1.7, days_ago=0))  # today's change nothing today
        session.flush()
        assert measured_tempo(session, "technical") == pytest.approx(1.25)
        assert measured_tempo(session, "casual_male") == pytest.approx(0.7)


SECTIONS: list[dict[str, Any]] = [
    {
        "title": "Intro",
        "content": "Hi Ana. All the same.",
        "duration_seconds": 5.0,
        "scene_type": "intro",
        "timing_marker": "[00:00]",
        "passages": [
            {"text": "Hi Ana.", "usual": "Hi there.", "personal": True},
            {"text": "All the same.", "usual": "All the same.", "personal": False},
        ],
    },
    {
        "title": "Bye", "content": "Bye, Ana.", "duration_seconds": 5.0, "scene_type": "cta",
        "timing_marker": "[00:05]", "passages": [],
    },
]  # fmt: skip


def add_script(database: Database, workspace_id: int) -> int:
    with database.workspace(workspace_id) as session:
        row = VideoScript(
            workspace_id=workspace_id, script_style="casual", sections=SECTIONS, total_duration_seconds=10
        )
        session.add(row)
        session.flush()
        return row.id


def test_every_version_of_a_script_is_kept(database: Database, workspace_id: int) -> None:
    script_id = add_script(database, workspace_id)
    with database.workspace(workspace_id) as session:
        edit_script(session, script_id, approval="approved")
        row = edit_script(
            session, script_id, [SectionEdit(index=1, content="Goodbye,\nAna.")], version=1, author="eva"
        )
        assert (row.version, row.is_approved) == (2, "pending")
        assert [section["content"] for section in row.sections] == ["Hi Ana. All the same.", "Goodbye, Ana."]
        assert [passage["text"] for passage in row.sections[0]["passages"]] == ["Hi Ana.", "All the same."]
        assert [passage["text"] for passage in row.sections[1]["passages"]] == ["Goodbye, Ana."]
        row = edit_script(session, script_id, [SectionEdit(index=0, title="Start")], "approved", version=2)
        assert (row.version, row.is_approved) == (3, "approved")
        assert edit_script(session, script_id, [SectionEdit(index=0, title="Start")]).version == 3
        kept = session.scalars(select(VideoScriptVersion).order_by(VideoScriptVersion.version)).all()
    assert [(one.version, one.is_approved, one.author) for one in kept] == [
        (1, "approved", "eva"),
        (2, "pending", None),
    ]
    assert kept[0].sections == SECTIONS


def test_an_edit_of_what_somebody_else_changed_or_of_nothing_is_refused(
    database: Database, workspace_id: int
) -> None:
    script_id = add_script(database, workspace_id)
    with database.workspace(workspace_id) as session:
        edit_script(session, script_id, [SectionEdit(index=1, content="Other words.")])
        with pytest.raises(StaleEdit, match="at version 2 by now, not 1"):
            edit_script(session, script_id, [SectionEdit(index=1, content="Mine.")], version=1)
        with pytest.raises(NoSuchScript, match="2 sections"):
            edit_script(session, script_id, [SectionEdit(index=2, content="Mine.")])
        with pytest.raises(NoSuchScript, match="no script 0"):
            edit_script(session, 0)


def test_an_entry_for_the_language_goes_before_one_for_all(database: Database, workspace_id: int) -> None:
    with database.workspace(workspace_id) as session:
        for written, said, language in (
            ("SQL", "sequel", None),
            ("SQL", "ese cu ele", "es"),
            ("Nguyen", "win", None),
            ("GIF", "jif", "en"),
        ):
            session.add(
                Pronunciation(workspace_id=workspace_id, written=written, said=said, language=language)
            )
        session.flush()
        assert read_pronunciations(session, "en") == {"SQL": "sequel", "Nguyen": "win", "GIF": "jif"}
        assert read_pronunciations(session, "es") == {"SQL": "ese cu ele", "Nguyen": "win"}
