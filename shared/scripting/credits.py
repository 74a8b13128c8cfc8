"""What OpenRouter still lets us buy.

/credits is the account's, and is told to management keys alone; /key is of any key, and says what that may
spend, if it has a limit. https://openrouter.ai/docs/api/reference/limits
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx

from shared.costs import Allowance
from shared.errors import Permanent, Retryable

_DEADLINE_SECONDS = 10.0
_NOT_FOR_THIS_KEY = {401, 403, 404}


def credits_left(base_url: str, key: str) -> Allowance | None:
    """None, if the key has no limit of its own and may not see the account's. Raises Retryable, Permanent."""
    with httpx.Client(
        base_url=base_url.rstrip("/"),
        headers={"Authorization": f"Bearer {key}"},
        timeout=_DEADLINE_SECONDS,
    ) as client:
        account = _data(client, "/credits")
        if account is not None:
            return _usd(Decimal(account["total_credits"]) - Decimal(account["total_usage"]))
        own = _data(client, "/key") or {}
    left = own.get("limit_remaining")
    return None if left is None else _usd(Decimal(left))


def _usd(amount: Decimal) -> Allowance:
    return Allowance(remaining=max(amount, Decimal(0)), unit="USD")


def _data(client: httpx.Client, path: str) -> dict[str, Any] | None:
    """None, if the key may not ask."""
    try:
        answer = client.get(path)
        if answer.status_code in _NOT_FOR_THIS_KEY:
            return None
        answer.raise_for_status()
        data: dict[str, Any] = json.loads(answer.content, parse_float=Decimal)["data"]
    except httpx.HTTPError as error:
        raise Retryable(f"OpenRouter does not say what is left: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Permanent("OpenRouter says what is left in a form that is not known") from error
    return data
