"""Why a run failed that its execution told nothing of, in a sentence for a person."""

from __future__ import annotations

import json

import pytest

from shared.videos.tending import failure_of
from shared.workflow.executions import Standing


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing("TIMED_OUT", "States.Timeout"), "it took too long as a whole and was stopped"),
        (Standing("ABORTED"), "it was stopped from outside"),
        (Standing("ABORTED", "X", "maintenance"), "it was stopped from outside: maintenance"),
        (Standing("SUCCEEDED"), "it came to its end, and a step had not"),
        (Standing("FAILED", "Lambda.Unknown", "gone"), "its worker died (gone)"),
        (
            Standing("FAILED", "Retryable", json.dumps({"errorMessage": "the database can't be reached"})),
            "the database can't be reached",
        ),
    ],
)
def test_a_reason_names_what_happened(standing: Standing, reason: str) -> None:
    failure = failure_of(standing)
    assert (failure.step, failure.error, failure.reason) == ("pipeline", standing.error, reason)
