"""Who asks, and whether they may: the dependency of every route that is not public."""

from __future__ import annotations

import threading
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.concurrency import run_in_threadpool
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
    Remaining,
    SharedKeys,
    TokenVerifier,
    TooManyRequests,
    fetch_keys,
    may,
    person_of,
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


class Door:
    """Knows callers by their tokens. tools: opened at the first request."""

    def __init__(self) -> None:
        self._verifier: TokenVerifier | None = None
        self._rates: Rates | None = None
        self._opening = threading.Lock()  # of requests that come first together, all get the same

    def recognised(self, token: str | None) -> Principal | None:
        """The person who asked with this token just now. Asks nobody."""
        claims = self._verifier.kept(token) if token and self._verifier else None
        return None if claims is None else person_of(claims)

    def recognise(self, token: str | None, tools: Tools) -> Principal:
        """Raises NotSignedIn, NoRole."""
        if not token:
            raise NotSignedIn("sign in first: a token is asked for in the header Authorization")
        with self._opening:
            self._verifier = self._verifier or _verifier(tools)
        return principal_of(self._verifier.verify(token), tools.database)

    def counted(self, principal: Principal, tools: Tools) -> tuple[Remaining, ...] | None:
        """What is left to whoever asks, with this request; None if only `count` can tell."""
        budgets = budgets_of(principal, tools.settings)
        if not budgets:
            return ()
        return self._rates.take_at_once(budgets) if self._rates else None

    def count(self, principal: Principal, tools: Tools) -> tuple[Remaining, ...]:
        """Raises TooManyRequests."""
        with self._opening:
            self._rates = self._rates or Rates(tools.database)
        return self._rates.take(budgets_of(principal, tools.settings))


def _verifier(tools: Tools) -> TokenVerifier:
    settings = tools.settings
    if settings.auth_issuer is None or settings.auth_keys_url is None:
        raise NotSignedIn("nobody can sign in: AUTH_ISSUER and AUTH_KEYS_URL are not set")
    url = settings.auth_keys_url
    keys = SharedKeys(settings.auth_issuer, tools.database, lambda: fetch_keys(url))
    return TokenVerifier(settings.auth_issuer, settings.auth_app_clients, keys)


def _permission(scope: str) -> Permission:
    return next(permission for permission in SCOPES if permission == scope)


def _check_role(principal: Principal, scopes: SecurityScopes) -> None:
    for scope in scopes.scopes:
        permission = _permission(scope)
        if not may(principal.role, permission):
            raise Problem(403, "not-allowed", f"The role {principal.role} may not {SCOPES[permission]}.")


class _SignedIn(OAuth2AuthorizationCodeBearer):
    """Opens the door: who asks, whether they may, and whether not too often."""

    async def __call__(self, request: Request, scopes: SecurityScopes) -> Call:  # type: ignore[override]
        """In a thread is only what may have to wait: a way there and back is a tenth of a small request."""
        door: Door = request.app.state.door
        tools: Tools = request.app.state.tools()
        token = await super().__call__(request)
        principal = door.recognised(token)
        if principal is None:
            principal = await run_in_threadpool(door.recognise, token, tools)
        _check_role(principal, scopes)
        try:
            rates = door.counted(principal, tools)
            request.state.rates = (
                await run_in_threadpool(door.count, principal, tools) if rates is None else rates
            )
        except TooManyRequests as error:
            request.state.rates = error.state
            raise
        operation = getattr(request.scope.get("route"), "operation_id", None) or ""
        return Call(request, await request.body(), principal, tools, operation, request.state.request_id)


_signed_in = _SignedIn(
    authorizationUrl="/auth/oauth2/authorize",
    tokenUrl="/auth/oauth2/token",
    refreshUrl="/auth/oauth2/token",
    scopes={str(name): said for name, said in SCOPES.items()},
    scheme_name="signIn",
    description="A token of the user pool; `leadreel token` prints one on your own machine. To sign in here, "
    "leave the secret and the scopes empty: your role decides what you may do.",
    auto_error=False,
)


def by(permission: Permission) -> Any:
    """The dependency for callers who may do that."""
    assert any(permission in allowed for allowed in ALLOWED.values())
    return Security(_signed_in, scopes=[permission])


Reader = Annotated[Call, by("read")]
Writer = Annotated[Call, by("write")]
Approver = Annotated[Call, by("approve")]
Accountant = Annotated[Call, by("costs")]
Manager = Annotated[Call, by("manage")]
