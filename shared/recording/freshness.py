"""How long what was seen of a page stands for it: within one window, checks and recordings are shared."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from shared.recording.job import RECORDER_VERSION, PageJob


def freshness_window(at: datetime, hours: int) -> int:
    """The number of the window, of so many hours, that a moment lies in."""
    return int(at.timestamp()) // (hours * 3600)


def page_key(job: PageJob, freshness: int) -> str:
    """SHA-256 over all that shapes a page's report: what is opened, by whom, when, and what is tried there.

    freshness: see `freshness_window`. Who pays is left out: one check serves every lead.
    """
    shaped = {
        "job": job.model_dump(mode="json", exclude={"billed_to"}),
        "recorder": RECORDER_VERSION,
        "freshness": freshness,
    }
    return hashlib.sha256(json.dumps(shaped, sort_keys=True).encode()).hexdigest()
