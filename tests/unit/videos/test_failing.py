from __future__ import annotations

import json

import pytest

from shared.videos import read_failure


def caught(error: str, message: str) -> dict[str, str]:
    return {"Error": error, "Cause": json.dumps({"errorMessage": message, "errorType": error})}


def test_an_error_of_ours_is_told_as_it_is() -> None:
    failure = read_failure({"voice": caught("Permanent", "the ElevenLabs quota is used up")})
    assert (failure.step, failure.error) == ("voice", "Permanent")
    assert failure.reason == "the ElevenLabs quota is used up"


def test_a_branch_names_its_own_step() -> None:
    inner = json.dumps({"check_page": caught("Permanent", "https://x answers 404")})
    failure = read_failure({"prepare": {"Error": "Failed", "Cause": inner}})
    assert (failure.step, failure.reason) == ("check_page", "https://x answers 404")


@pytest.mark.parametrize(
    ("error", "cause", "says"),
    [
        ("Sandbox.Timedout", '{"errorMessage": "Task timed out after 3 seconds"}', "took too long"),
        ("States.Timeout", "", "took too long"),
        ("Runtime.ExitError", '{"errorMessage": "signal: killed"}', "worker died (signal: killed)"),
        ("Runtime.OutOfMemory", '{"errorMessage": "512 MB"}', "more memory"),
        ("KeyError", '{"errorMessage": "\'url\'"}', "unexpected error (KeyError: 'url')"),
        ("Odd", "not json", "Odd: not json"),
        ("Odd", '"text"', "Odd"),
    ],
)
def test_every_other_error_becomes_a_sentence(error: str, cause: str, says: str) -> None:
    assert says in read_failure({"record": {"Error": error, "Cause": cause}}).reason


@pytest.mark.parametrize(
    ("step", "error", "cause", "reason"),
    [
        ("approve_script", "Rejected", "too dull", "the script was rejected: too dull"),
        ("approve_voice", "Rejected", "", "the voice was rejected"),
        (
            "approve_voice",
            "States.Timeout",
            "no answer within 2592000 seconds",
            "nobody approved the voice within 30 days",
        ),
    ],
)
def test_what_a_person_decided_or_did_not_is_said_plainly(
    step: str, error: str, cause: str, reason: str
) -> None:
    failure = read_failure({step: {"Error": error, "Cause": cause}})
    assert (failure.step, failure.reason) == (step, reason)
