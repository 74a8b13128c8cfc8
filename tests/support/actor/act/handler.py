"""Does what it is told: answers, raises, sleeps or dies."""

from __future__ import annotations

import os
import time
from typing import Any

from shared.errors import Permanent, RateLimited, Retryable


class NotApproved(Permanent):
    """As the voice says it."""


class Rejected(Permanent):
    """As nobody catches it by name."""


ERRORS = {kind.__name__: kind for kind in (Retryable, RateLimited, Permanent, NotApproved, Rejected)}


def handler(event: dict[str, Any], context: Any) -> Any:
    match event:
        case {"raise": name}:
            raise ERRORS[name](f"{name}, as was asked")
        case {"sleep": seconds}:
            time.sleep(seconds)
        case {"die": status}:
            os._exit(status)
    return event["answer"]
