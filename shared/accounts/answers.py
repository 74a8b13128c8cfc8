"""What requests with an Idempotency-Key were answered, and for how long that is kept."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func

from shared.database import Database
from shared.database.models import KeptAnswer
from shared.database.pruning import is_any, prune

KEPT_FOR = timedelta(hours=24)
_OLD = KeptAnswer.created_at < func.now() - KEPT_FOR


def prune_answers(database: Database, until: float) -> int:
    """As `shared.database.pruning.prune`, of all workspaces."""
    return prune(database, KeptAnswer, _OLD, until)


def is_an_answer_old(database: Database) -> bool:
    """Whether there is something to prune. Raises DatabaseUnreachable."""
    return is_any(database, _OLD)
