"""The delivery log is kept for a month."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, func

from shared.database import Database
from shared.database.models import WebhookDelivery
from shared.database.pruning import is_any, prune

KEPT_FOR = timedelta(days=30)
"""After the day in which it was tried."""
_OLD = and_(WebhookDelivery.status != "pending", WebhookDelivery.expires_at < func.now() - KEPT_FOR)


def prune_deliveries(database: Database, until: float) -> int:
    """As `shared.database.pruning.prune`, of all workspaces; with their attempts."""
    return prune(database, WebhookDelivery, _OLD, until)


def is_a_delivery_old(database: Database) -> bool:
    """Whether there is something to prune. Raises DatabaseUnreachable."""
    return is_any(database, _OLD)
