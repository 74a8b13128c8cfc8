"""Whose requests are counted, and how answers tell what is left.

The headers are those of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (draft 10).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from shared.accounts import Budget, Principal, Remaining
from shared.accounts.rates import WINDOW_SECONDS
from shared.settings import Settings


def budgets_of(principal: Principal, settings: Settings) -> tuple[Budget, ...]:
    """Of whoever asks; a quota of 0 is none. No name of a person is in them."""
    who = f"{principal.workspace_id}\n{principal.client_id}\n{principal.actor}"
    digest = hashlib.sha256(who.encode()).hexdigest()[:32]
    every = (
        Budget("token", digest, settings.api_requests_per_minute_token),
        Budget("workspace", str(principal.workspace_id), settings.api_requests_per_minute_workspace),
    )
    return tuple(budget for budget in every if budget.quota)


def rate_headers(state: Sequence[Remaining]) -> dict[str, str]:
    """None, if nothing was counted."""
    if not state:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{each.policy}";q={each.quota};w={WINDOW_SECONDS}' for each in state),
        "RateLimit": ", ".join(f'"{each.policy}";r={each.remaining};t={each.seconds_left}' for each in state),
    }
