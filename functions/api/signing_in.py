"""Who asks, and whether they may: the dependency of every route that is not public."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import OAuth2AuthorizationCodeBearer, SecurityScopes

from functions.api.call import Call
from functions.api.problems import Problem
from functions.api.rates import budgets_of
from shared.accounts import (
    ALLOWED,
    NotSignedIn,
    Permission,
    Principal,
    Rates,
    SharedKeys,
    TokenVerifier,
    TooManyRequests,
    fetch_keys,
    may,
    principal_of,
)
from shared.workflow import Tools

SCOPES: dict[Permission, str] = {
    "read": "see leads, videos and who watched them",
    "write": "make, change and delete them",
    "approve": "approve scripts and voices",
    "costs": "see what was spent",
    "manage": "webhooks, machine clients, settings and the audit log",
}
_token = OAuth2AuthorizationCodeBearer(
    authorizationUrl="/auth/oauth2/authorize",
    tokenUrl="/auth/oauth2/token",
    refreshUrl="/auth/oauth2/token",
    scopes={str(name): said for name, said in SCOPES.items()},
    scheme_name="signIn",
    description="A token of the user pool; `leadreel token` prints one on your own machine. To sign in here, "
    "leave the secret and the scopes empty: your role decides what you may do.",
    auto_error=False,
)


class Door:
    """Knows callers by their tokens. tools: opened at the first request."""

    def __init__(self) -> None:
        self._verifier: TokenVerifier | None = None
        self._rates: Rates | None = None

    def open(
        self, request: Request, given: bytes, scopes: SecurityScopes, token: str | None, tools: Tools
    ) -> Call:
        if not token:
            raise NotSignedIn("sign in first: a token is asked for in the header Authorization")
        principal = principal_of(self._verify(tools).verify(token), tools.database)
        lacking = [scope for scope in scopes.scopes if not may(principal.role, _permission(scope))]
        if lacking:
            raise Problem(
                403, "not-allowed", f"The role {principal.role} may not {SCOPES[_permission(lacking[0])]}."
            )
        self._count(request, principal, tools)
        operation = getattr(request.scope.get("route"), "operation_id", None) or ""
        return Call(request, given, principal, tools, operation, request.state.request_id)

    def _count(self, request: Request, principal: Principal, tools: Tools) -> None:
        """Raises TooManyRequests. What is left is put where the answer's headers are made."""
        budgets = budgets_of(principal, tools.settings)
        if budgets:
            self._rates = self._rates or Rates(tools.database)
            try:
                request.state.rates = self._rates.take(budgets)
            except TooManyRequests as error:
                request.state.rates = error.state
                raise

    def _verify(self, tools: Tools) -> TokenVerifier:
        if self._verifier is None:
            settings = tools.settings
            if settings.auth_issuer is None or settings.auth_keys_url is None:
                raise NotSignedIn("nobody can sign in: AUTH_ISSUER and AUTH_KEYS_URL are not set")
            url = settings.auth_keys_url
            keys = SharedKeys(settings.auth_issuer, tools.database, lambda: fetch_keys(url))
            self._verifier = TokenVerifier(settings.auth_issuer, settings.auth_app_clients, keys)
        return self._verifier


def _permission(scope: str) -> Permission:
    return next(permission for permission in SCOPES if permission == scope)


async def _given(request: Request) -> bytes:
    return await request.body()


def _call(
    request: Request,
    scopes: SecurityScopes,
    given: Annotated[bytes, Depends(_given)],
    token: Annotated[str | None, Depends(_token)],
) -> Call:
    door: Door = request.app.state.door
    return door.open(request, given, scopes, token, request.app.state.tools())


def by(permission: Permission) -> Any:
    """The dependency for callers who may do that."""
    assert any(permission in allowed for allowed in ALLOWED.values())
    return Security(_call, scopes=[permission])


Reader = Annotated[Call, by("read")]
Writer = Annotated[Call, by("write")]
Approver = Annotated[Call, by("approve")]
Accountant = Annotated[Call, by("costs")]
Manager = Annotated[Call, by("manage")]
