"""What every step of the pipeline shares: its event, its tools, its bookkeeping, its errors."""

from shared.workflow.names import STEPS, StepName
from shared.workflow.step import (
    JobEvent,
    PartEvent,
    Tools,
    VideoEvent,
    job_step,
    open_tools,
    step_part,
    tell_for_whom,
    video_step,
)
from shared.workflow.steps import begin_step, note_work, report_progress, settle_step

__all__ = [
    "STEPS",
    "JobEvent",
    "PartEvent",
    "StepName",
    "Tools",
    "VideoEvent",
    "begin_step",
    "job_step",
    "note_work",
    "open_tools",
    "report_progress",
    "settle_step",
    "step_part",
    "tell_for_whom",
    "video_step",
]
