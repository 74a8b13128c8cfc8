"""The steps of a video, in the order a person thinks of them."""

from __future__ import annotations

from typing import Literal, get_args

StepName = Literal["check_page", "script", "voice", "plan", "record", "compose", "host"]
STEPS: tuple[StepName, ...] = get_args(StepName)
