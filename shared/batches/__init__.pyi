from .asking import MOST_LEADS, BatchPlan, BatchRequest, ask_for_batch, plan_batch
from .ending import NothingToRetry, cancel_batch, retry_batch
from .starting import AT_ONCE, Turn, execution_of_batch, start_videos
from .tending import batches_turning, tend_batch, tend_batches
from .watching import (
    BatchLine,
    BatchState,
    BatchStatus,
    NoSuchBatch,
    batch_state,
    find_batch,
    list_batches,
)

__all__ = [
    "AT_ONCE",
    "MOST_LEADS",
    "BatchLine",
    "BatchPlan",
    "BatchRequest",
    "BatchState",
    "BatchStatus",
    "NoSuchBatch",
    "NothingToRetry",
    "Turn",
    "ask_for_batch",
    "batch_state",
    "batches_turning",
    "cancel_batch",
    "execution_of_batch",
    "find_batch",
    "list_batches",
    "plan_batch",
    "retry_batch",
    "start_videos",
    "tend_batch",
    "tend_batches",
]
