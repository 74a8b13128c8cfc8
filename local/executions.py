"""Executions on one machine, for whoever has the home."""

from __future__ import annotations

from typing import Any

from local.journal import answer_task, enqueue, read_execution, stop_execution
from local.visits import TokenAnswer
from shared.workflow.executions import Standing


class JournalExecutions:
    """The port `Executions`, straight to the journal."""

    def __init__(self, owner_url: str) -> None:
        self._url = owner_url

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        enqueue(self._url, machine, name, value)

    def check(self, machine: str) -> None:
        """The journal is there, or `start` fails."""

    def look(self, machine: str, name: str) -> Standing | None:
        execution = read_execution(self._url, name)
        if execution is None:
            return None
        return Standing(execution.status, execution.error or "", execution.cause or "")

    def stop(self, machine: str, name: str, reason: str) -> None:
        stop_execution(self._url, name, "Cancelled", reason)

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        return bool(answer_task(self._url, TokenAnswer(token, output)))

    def fail(self, token: str, error: str, cause: str) -> bool:
        return bool(answer_task(self._url, TokenAnswer(token, None, error, cause)))
