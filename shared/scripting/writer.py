"""What the product needs of something that writes scripts. A new one is one more file beside `offline.py`."""

from __future__ import annotations

from typing import Protocol

from shared.scripting.brief import Brief
from shared.scripting.script import Script


class Writer(Protocol):
    """Writes a script whose sections' durations sum to exactly what was asked."""

    async def write(self, brief: Brief) -> Script:
        """Raises Permanent, RateLimited or Retryable."""
        ...
