"""The steps of a video, in the order a person thinks of them, and what is approved on the way."""

from __future__ import annotations

from typing import Literal, get_args

StepName = Literal["check_page", "script", "voice", "plan", "record", "compose", "host"]
STEPS: tuple[StepName, ...] = get_args(StepName)

ApprovalKind = Literal["script", "voice"]
KINDS: tuple[ApprovalKind, ...] = get_args(ApprovalKind)
