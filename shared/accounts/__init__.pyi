from .answers import KEPT_FOR, is_an_answer_old, prune_answers
from .auditing import AuditLine, list_changes
from .claiming import workspace_claim
from .keys import KeysUnreachable, SharedKeys, fetch_keys
from .machines import (
    ClientFields,
    ClientState,
    add_client,
    digest,
    list_clients,
    read_client,
    revoke_client,
)
from .principals import NoRole, Principal, person_of, principal_of
from .rates import Budget, Rates, Remaining, TooManyRequests
from .roles import ALLOWED, ROLES, Permission, Role, may
from .tokens import ALGORITHM, GROUPS_CLAIM, WORKSPACE_CLAIM, Claims, NotSignedIn, TokenVerifier
from .workspaces import (
    FIRST_WORKSPACE,
    WorkspaceChanges,
    WorkspaceState,
    change_workspace,
    open_first_workspace,
    open_workspace,
    read_workspace,
)

__all__ = [
    "ALGORITHM",
    "ALLOWED",
    "FIRST_WORKSPACE",
    "GROUPS_CLAIM",
    "KEPT_FOR",
    "ROLES",
    "WORKSPACE_CLAIM",
    "AuditLine",
    "Budget",
    "Claims",
    "ClientFields",
    "ClientState",
    "KeysUnreachable",
    "NoRole",
    "NotSignedIn",
    "Permission",
    "Principal",
    "Rates",
    "Remaining",
    "Role",
    "SharedKeys",
    "TokenVerifier",
    "TooManyRequests",
    "WorkspaceChanges",
    "WorkspaceState",
    "add_client",
    "change_workspace",
    "digest",
    "fetch_keys",
    "is_an_answer_old",
    "list_changes",
    "list_clients",
    "may",
    "open_first_workspace",
    "open_workspace",
    "person_of",
    "principal_of",
    "prune_answers",
    "read_client",
    "read_workspace",
    "revoke_client",
    "workspace_claim",
]
