"""Signatures as Standard Webhooks has them: https://github.com/standard-webhooks/standard-webhooks"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(whsecs: Iterable[str], event_id: str, at: datetime, body: str) -> dict[str, str]:
    """Those that say who sent the body, and when. whsecs: each signs, the current one first. at: in UTC."""
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event_id, at, body) for secret in whsecs),
    }
