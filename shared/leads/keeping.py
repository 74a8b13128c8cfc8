"""Leads in the tables. Every function works in the caller's transaction, inside a workspace."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import EmailStr, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database.finding import find_row
from shared.database.models import Lead, Video
from shared.database.paging import Asked, Page, Sortable, page
from shared.errors import Conflict, NotFound
from shared.values import UNBROKEN, Given, Length, Name, Text, Value

SORTABLE: Sortable = {
    "id": Lead.id,
    "name": Lead.name,
    "company": Lead.company,
    "created_at": Lead.created_at,
}

Line = Annotated[Text, Length(300)]
Notes = Annotated[Text, Length(5000)]
Website = Annotated[str, Field(max_length=2000, pattern=rf"^https?://{UNBROKEN}+$")]
Variable = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,49}$")]


def _by_name(schema: dict[str, Any]) -> None:
    """patternProperties alone would allow any other name as well, and generators of clients don't know it."""
    ((pattern, value),) = schema.pop("patternProperties").items()
    schema |= {"propertyNames": {"pattern": pattern}, "additionalProperties": value}


Variables = Annotated[
    dict[Variable, Annotated[Text, Length(1000)]],
    Field(max_length=50, json_schema_extra=_by_name),
]


class NoSuchLead(NotFound):
    """There is no lead with that id in this workspace."""


class HasVideos(Conflict):
    """Videos were made for a lead; they go first."""


class LeadFields(Given):
    """A lead as it is given. variables: further fields that scripts and URLs may use, by name."""

    name: Name
    company: Name
    industry: Line | None = None
    email: EmailStr | None = None
    title: Line | None = None
    website: Website | None = None
    notes: Notes | None = None
    variables: Variables = Field(default={})


class LeadChanges(Given):
    """What is to change: fields that are left out stay, and null takes an optional one away."""

    name: Name = ""
    company: Name = ""
    industry: Line | None = None
    email: EmailStr | None = None
    title: Line | None = None
    website: Website | None = None
    notes: Notes | None = None
    variables: Variables = Field(default={})


class LeadState(Value):
    id: int
    name: str
    company: str
    industry: str | None
    email: str | None
    title: str | None
    website: str | None
    notes: str | None
    variables: dict[str, str]
    created_at: datetime
    updated_at: datetime


def add_lead(session: Session, workspace_id: int, fields: LeadFields) -> LeadState:
    lead = Lead(workspace_id=workspace_id, **fields.model_dump())
    session.add(lead)
    session.flush()
    return _state(lead)


def read_lead(session: Session, lead_id: int, *, lock: bool = False) -> LeadState:
    """lock: nobody else changes it until the transaction ends. Raises NoSuchLead."""
    return _state(find_lead(session, lead_id, lock=lock))


def change_lead(session: Session, lead_id: int, changes: LeadChanges) -> LeadState:
    """Raises NoSuchLead."""
    lead = find_lead(session, lead_id, lock=True)
    for name, value in changes.model_dump(exclude_unset=True).items():
        setattr(lead, name, value)
    session.flush()
    session.refresh(lead)
    return _state(lead)


def delete_lead(session: Session, lead_id: int) -> None:
    """Raises NoSuchLead, HasVideos."""
    lead = find_lead(session, lead_id, lock=True)
    videos = session.scalar(select(func.count()).select_from(Video).where(Video.lead_id == lead_id)) or 0
    if videos:
        raise HasVideos(f"lead {lead_id} has {videos} videos: delete these first")
    session.delete(lead)
    session.flush()


def list_leads(
    session: Session, asked: Asked, *, company: str | None = None, email: str | None = None
) -> Page[LeadState]:
    """company: exactly; email: whatever its case. Raises WrongCursor, WrongSort."""
    found = select(Lead)
    if company is not None:
        found = found.where(Lead.company == company)
    if email is not None:
        found = found.where(func.lower(Lead.email) == email.lower())
    return page(session, found, Lead.id, SORTABLE, asked, _state)


def find_lead(session: Session, lead_id: int, *, lock: bool = False) -> Lead:
    """Raises NoSuchLead; another workspace's are none."""
    lead = find_row(session, Lead, lead_id, lock=lock)
    if lead is None:
        raise NoSuchLead(f"there is no lead {lead_id}")
    return lead


def _state(lead: Lead) -> LeadState:
    return LeadState.model_validate(lead, from_attributes=True)
