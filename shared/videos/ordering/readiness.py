"""Whether what a part is made of is there."""

from __future__ import annotations

from shared.errors import Conflict
from shared.videos.pages import WrongRequest


class NotReady(Conflict):
    """A part that another one is to be made of is not there yet, or never will be."""


def check_ready(part: str, part_id: int, status: str) -> None:
    """Raises NotReady."""
    if status in {"failed", "rejected", "cancelled"}:
        raise NotReady(f"{part} {part_id} is of no use: it is {status}; make another one")
    if status not in {"completed", "ready"}:
        raise NotReady(f"{part} {part_id} is not there yet: it is {status}; ask again when it is completed")


def check_lead(part: str, part_id: int, owner: int | None, asked: int | None) -> int:
    """Whose the new part is. Raises WrongRequest."""
    if owner is None and asked is None:
        raise WrongRequest(f"lead_id: {part} {part_id} is nobody's in particular: say whose it is to be")
    if asked is not None and owner is not None and asked != owner:
        raise WrongRequest(f"lead_id: {part} {part_id} is lead {owner}'s, not lead {asked}'s")
    found = owner if owner is not None else asked
    assert found is not None  # one of them is there
    return found
