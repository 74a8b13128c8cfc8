"""Opens a page once and judges whether it can be filmed. Has no database."""

from __future__ import annotations

from shared.recording.step import check
from shared.workflow import job_step

handler = job_step(check)
