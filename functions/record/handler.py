"""Films one scene: a range of a page's tour, or a card. Has no database."""

from __future__ import annotations

from shared.recording.step import record
from shared.workflow import job_step

handler = job_step(record)
