"""Leads of a list: those that are there, and those that are added with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Self

from pydantic import EmailStr, Field, model_validator
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shared.database.models import Lead
from shared.errors import Permanent
from shared.leads.keeping import Line, Notes, Variables, Website
from shared.values import Given, Name, Value

MOST_TOLD = 20


class LeadRow(Given):
    """One lead of a list: the lead_id of one that is there, or the fields of a new one."""

    lead_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    name: Name | None = None
    company: Name | None = None
    industry: Line | None = None
    email: EmailStr | None = None
    title: Line | None = None
    website: Website | None = None
    notes: Notes | None = None
    variables: Variables = Field(default={})

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = any((self.name, self.company, *self._more()))
        if self.lead_id is None and (self.name is None or self.company is None):
            raise ValueError("it needs a lead_id, or the lead's name and company")
        if self.lead_id is not None and given:
            raise ValueError("it has a lead_id, or the fields of a new lead, not both")
        return self

    def _more(self) -> tuple[object, ...]:
        return self.industry, self.email, self.title, self.website, self.notes, self.variables

    @property
    def identity(self) -> tuple[str, ...]:
        """What no other row of the list may have in common with it."""
        if self.lead_id is not None:
            return "lead_id", str(self.lead_id)
        if self.email is not None:
            return "email", self.email.lower()
        return "name and company", (self.name or "").casefold(), (self.company or "").casefold()


class RowError(Value):
    """What is wrong with a row of a list; the first is row 0. field: of the row; None for all of it."""

    row: int
    detail: str
    field: str | None = None


class WrongRows(Permanent):
    """Rows of a list can't be used. errors: what is wrong, of the first twenty."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        self.errors = tuple(errors[:MOST_TOLD])
        first = self.errors[0]
        super().__init__(f"row {first.row}: {first.detail}")


def leads_of(session: Session, rows: Sequence[LeadRow]) -> list[Lead]:
    """A lead for each row, of which those that are new are not written yet. Raises WrongRows."""
    ids = [row.lead_id for row in rows if row.lead_id is not None]
    found = session.scalars(select(Lead).where(Lead.id.in_(ids))) if ids else ()
    known = {lead.id: lead for lead in found}
    wrong = [*_repeated(rows), *_unknown(rows, known)]
    if wrong:
        raise WrongRows(sorted(wrong, key=lambda error: error.row))
    return [
        known[row.lead_id] if row.lead_id is not None else Lead(**row.model_dump(exclude={"lead_id"}))
        for row in rows
    ]


def add_leads(session: Session, workspace_id: int, leads: Sequence[Lead]) -> list[int]:
    """Write those that are new, in one go. Returns the ids of all."""
    fresh = [
        {name: getattr(lead, name) for name in LeadRow.model_fields if name != "lead_id"}
        | {"workspace_id": workspace_id}
        for lead in leads
        if lead.id is None
    ]
    adding = insert(Lead).returning(Lead.id, sort_by_parameter_order=True)
    added = iter(session.scalars(adding, fresh).all() if fresh else ())
    return [next(added) if lead.id is None else lead.id for lead in leads]


def _repeated(rows: Sequence[LeadRow]) -> Iterator[RowError]:
    first: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows):
        earlier = first.setdefault(row.identity, number)
        if earlier != number:
            yield RowError(row=number, detail=f"it has the same {row.identity[0]} as row {earlier}")


def _unknown(rows: Sequence[LeadRow], known: dict[int, Lead]) -> Iterator[RowError]:
    for number, row in enumerate(rows):
        if row.lead_id is not None and row.lead_id not in known:
            yield RowError(row=number, field="lead_id", detail=f"there is no lead {row.lead_id}")
