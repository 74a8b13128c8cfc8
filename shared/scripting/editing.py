"""What people do to a script: change it, approve it. Every version is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database.models import VideoScript, VideoScriptVersion
from shared.errors import NotFound, Permanent
from shared.scripting.brief import Line
from shared.scripting.script import Section
from shared.values import Value
from shared.workflow import reopen

Approval = Literal["pending", "approved", "rejected"]


class NoSuchScript(NotFound):
    """There is no script of that id in the workspace."""


class StaleEdit(Permanent):
    """Somebody else changed the script in the meantime."""


class SectionEdit(Value):
    """New words for a section. index: its place, from 0. None leaves a field as it is."""

    index: int = Field(ge=0)
    title: Annotated[Line, Field(min_length=1, max_length=200)] | None = None
    content: Annotated[Line, Field(min_length=1, max_length=4000)] | None = None


def edit_script(
    session: Session,
    script_id: int,
    edits: Sequence[SectionEdit] = (),
    approval: Approval | None = None,
    *,
    version: int | None = None,
    author: str | None = None,
) -> VideoScript:
    """The script as it is now: what is approved is what is spoken, word for word.

    New words make a new version, which nobody has approved yet unless `approval` says so. What they replace
    is spoken in one piece from now on, and so is bought anew. A video that waits for approval asks for it
    again (`shared.videos.answers_due` says whom to tell, once this is committed).
    version: the one that was edited. author: who edits.

    Raises:
        NoSuchScript, StaleEdit: naming the cure.
        AlreadySpoken: a video's voice is bought from the script, or being bought.
    """
    row = session.scalars(select(VideoScript).where(VideoScript.id == script_id).with_for_update()).first()
    if row is None:
        raise NoSuchScript(f"there is no script {script_id}")
    if version is not None and version != row.version:
        raise StaleEdit(
            f"script {script_id} is at version {row.version} by now, not {version}: read it again"
        )
    sections = _edited(row, edits)
    if sections != row.sections:
        reopen(session, row.id)
        session.add(
            VideoScriptVersion(
                workspace_id=row.workspace_id,
                video_script_id=row.id,
                version=row.version,
                sections=row.sections,
                is_approved=row.is_approved,
                author=author,
            )
        )
        row.sections, row.version, row.is_approved = sections, row.version + 1, "pending"
    if approval is not None:
        row.is_approved = approval
    session.flush()
    return row


def _edited(row: VideoScript, edits: Sequence[SectionEdit]) -> list[object]:
    sections = [Section.model_validate(section) for section in row.sections]
    for edit in edits:
        if edit.index >= len(sections):
            raise NoSuchScript(f"script {row.id} has {len(sections)} sections, so none of index {edit.index}")
        changes = edit.model_dump(exclude={"index"}, exclude_none=True)
        section = sections[edit.index].model_copy(update=changes)
        sections[edit.index] = section.model_copy(update={"passages": section.spoken})
    return [section.model_dump(mode="json") for section in sections]
