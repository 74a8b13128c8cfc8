"""Who may do what. A role is a row of this table, and nothing else decides."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, get_args

Role = Literal["owner", "admin", "member", "finance", "viewer"]
Permission = Literal["read", "write", "approve", "costs", "manage"]
"""read: what is made and watched. write: make, change and delete it. approve: scripts and voices, before they
are bought. costs: what was spent, on whom. manage: webhooks, machine clients, the workspace's settings, the
audit log."""

ROLES: tuple[Role, ...] = get_args(Role)
ALLOWED: dict[Role, frozenset[Permission]] = {
    "owner": frozenset(("read", "write", "approve", "costs", "manage")),
    "admin": frozenset(("read", "write", "approve", "costs", "manage")),
    "member": frozenset(("read", "write", "approve")),
    "finance": frozenset(("costs",)),
    "viewer": frozenset(("read",)),
}


def may(role: Role, permission: Permission) -> bool:
    return permission in ALLOWED[role]


def strongest(groups: Collection[str]) -> Role | None:
    """The first role of the table that is among the groups; None if none is."""
    return next((role for role in ROLES if role in groups), None)
