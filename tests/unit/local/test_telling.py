"""What `leadreel make` says of a video that waits for a person."""

from __future__ import annotations

from decimal import Decimal

import pytest

from local.telling import tell_what_it_waits_for
from shared.videos import VideoState


def waiting(kind: str | None) -> VideoState:
    fields = {"video_id": 7, "status": "waiting_approval", "failed_step": None, "reason": None, "steps": ()}
    return VideoState.model_validate(fields | {"cost_usd": Decimal(0), "waits_for": kind})


@pytest.mark.parametrize("kind", ["script", "voice"])
def test_it_says_what_is_waited_for_and_how_to_go_on(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    tell_what_it_waits_for(waiting(kind))
    said = capsys.readouterr()
    assert said.out == ""
    assert f"`leadreel approve 7 {kind}`" in said.err and said.err.count("\n") == 1


def test_a_video_that_waits_for_nobody_is_not_spoken_of(capsys: pytest.CaptureFixture[str]) -> None:
    tell_what_it_waits_for(waiting(None))
    assert capsys.readouterr().err == ""
