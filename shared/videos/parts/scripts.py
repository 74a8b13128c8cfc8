"""Scripts: what is said, and how it was before it was edited."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, model_validator
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shared.database import Database
from shared.database.models import Video, VideoScript, VideoScriptVersion, Voiceover
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import Permanent
from shared.scripting import Approval, SectionEdit, edit_script
from shared.storage import Storage
from shared.values import Given, Length, Text, Value
from shared.videos.approving import decide_script
from shared.videos.parts import common

SORTABLE: Sortable = {
    "id": VideoScript.id,
    "status": VideoScript.status,
    "created_at": VideoScript.created_at,
    "updated_at": VideoScript.updated_at,
}
VERSIONS_SORTABLE: Sortable = {"id": VideoScriptVersion.id, "version": VideoScriptVersion.version}
PART = common.Part("script", Video.video_script_id, ((Voiceover.video_script_id, "voiceover {} speaks it"),))


class WrongSections(Permanent):
    """Edited sections don't fit the script; the text says how."""


class SectionState(Value):
    """timing_marker: when it starts, as `[mm:ss]`."""

    title: str
    content: str
    duration_seconds: float
    scene_type: str
    timing_marker: str


class ScriptState(Value):
    """A script. version: goes up with every edit. is_approved: pending, approved or rejected."""

    id: int
    lead_id: int | None
    script_style: str
    language: str
    sections: tuple[SectionState, ...]
    total_duration_seconds: float
    target_audience: str | None
    key_messages: tuple[str, ...]
    ai_model_used: str | None
    ai_cost: float | None
    is_approved: str
    version: int
    status: str
    reason: str | None
    created_at: datetime
    updated_at: datetime


class ScriptVersionState(Value):
    """A script as it was before an edit. author: who edited it then."""

    version: int
    sections: tuple[SectionState, ...]
    is_approved: str
    author: str | None
    created_at: datetime


class SectionChanges(Given):
    """New words for a section; what is left out stays. index: its place, from 0."""

    index: Annotated[int, Field(ge=0, le=200)] | None = None
    title: Annotated[Text, Length(200, least=1)] | None = None
    content: Annotated[Text, Length(4000, least=1)] | None = None


class ScriptChanges(Given):
    """What is to change.

    sections: either some, each with its index, or all of them, in order and without. What is approved is what
    is spoken: new words are not approved, unless this says so. reason: of a rejection, for whoever made it.
    """

    sections: Annotated[tuple[SectionChanges, ...], Field(max_length=200)] = ()
    is_approved: Approval = "pending"
    reason: Annotated[Text, Length(1000)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ScriptChanges:
        indexes = [section.index for section in self.sections if section.index is not None]
        if indexes and len(indexes) != len(self.sections):
            raise ValueError("sections: either each has its index, or none has one")
        if len(set(indexes)) != len(indexes):
            raise ValueError("sections: an index is there twice")
        return self


def script_state(row: VideoScript) -> ScriptState:
    return ScriptState(
        id=row.id,
        lead_id=row.lead_id,
        script_style=row.script_style,
        language=row.language,
        sections=_sections(row),
        total_duration_seconds=row.total_duration_seconds,
        target_audience=row.target_audience,
        key_messages=tuple(row.key_messages),
        ai_model_used=row.ai_model_used,
        ai_cost=None if row.ai_cost is None else float(row.ai_cost),
        is_approved=row.is_approved,
        version=row.version,
        status=row.status,
        reason=row.reason,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def read_script(session: Session, script_id: int, *, lock: bool = False) -> ScriptState:
    """lock: nobody else changes it until the transaction ends. Raises NoSuchPart."""
    return script_state(common.find(session, VideoScript, PART, script_id, lock=lock))


def list_scripts(
    session: Session,
    asked: Asked,
    *,
    lead_id: int | None = None,
    status: str | None = None,
    is_approved: str | None = None,
) -> Page[ScriptState]:
    """Raises WrongCursor, WrongSort."""
    found = common.narrowed(
        select(VideoScript),
        lead=(VideoScript.lead_id, lead_id),
        status=(VideoScript.status, status),
        approved=(VideoScript.is_approved, is_approved),
    )
    return page(session, found, VideoScript.id, SORTABLE, asked, script_state)


def list_script_versions(session: Session, script_id: int, asked: Asked) -> Page[ScriptVersionState]:
    """How it was before each edit. Raises NoSuchPart, WrongCursor, WrongSort."""
    common.find(session, VideoScript, PART, script_id)
    found = select(VideoScriptVersion).where(VideoScriptVersion.video_script_id == script_id)
    return page(session, found, VideoScriptVersion.id, VERSIONS_SORTABLE, asked, _version_state)


def change_script(session: Session, script_id: int, changes: ScriptChanges, author: str) -> ScriptState:
    """author: who edits. What waits for a decision is to be told of it afterwards (`answers_due`, `send`).

    Raises NoSuchPart, BeingMade, WrongSections, AlreadySpoken.
    """
    row = common.find(session, VideoScript, PART, script_id, lock=True)
    if row.status != "waiting_approval":
        common.check_finished(PART, row)
    row = edit_script(session, script_id, _edits(row, changes), author=author)
    if "is_approved" in changes.model_fields_set:
        decide_script(session, script_id, changes.is_approved, author, changes.reason)
    session.refresh(row)
    return script_state(row)


def mark_script(session: Session, script_id: int) -> None:
    """The first half of deleting. Raises NoSuchPart, InUse, BeingMade."""
    common.mark(session, VideoScript, PART, script_id)


def remove_script(workspace_id: int, script_id: int, database: Database, storage: Storage) -> None:
    """The second half: its files, then its rows."""
    found = common.to_remove(workspace_id, VideoScript, PART, script_id, database)
    if found is None:
        return
    common.delete_files(storage, found[1])
    with database.workspace(workspace_id) as session:
        row = common.marked(session, VideoScript, script_id)
        if row is not None:
            common.delete_runs(session, PART, script_id)
            versions = delete(VideoScriptVersion).where(VideoScriptVersion.video_script_id == script_id)
            session.execute(versions)
            session.delete(row)


def _edits(row: VideoScript, changes: ScriptChanges) -> list[SectionEdit]:
    count = len(row.sections)
    whole = all(section.index is None for section in changes.sections)
    if changes.sections and whole and len(changes.sections) != count:
        raise WrongSections(
            f"sections: script {row.id} has {count}, and {len(changes.sections)} came: "
            "send all of them, or give each its index"
        )
    beyond = [section.index for section in changes.sections if (section.index or 0) >= count]
    if beyond:
        raise WrongSections(f"sections: script {row.id} has {count}, so none of index {beyond[0]}")
    return [
        SectionEdit(
            index=place if section.index is None else section.index,
            title=section.title,
            content=section.content,
        )
        for place, section in enumerate(changes.sections)
    ]


def _sections(row: VideoScript | VideoScriptVersion) -> tuple[SectionState, ...]:
    shown = SectionState.model_fields
    return tuple(
        SectionState.model_validate({name: section[name] for name in shown}) for section in row.sections
    )


def _version_state(row: VideoScriptVersion) -> ScriptVersionState:
    return ScriptVersionState(
        version=row.version,
        sections=_sections(row),
        is_approved=row.is_approved,
        author=row.author,
        created_at=row.created_at,
    )
