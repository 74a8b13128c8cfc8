"""How something fails in the terms of Lambda and Step Functions."""

from __future__ import annotations


class Failure(Exception):
    """A function or a state failed.

    error: a name to match on, such as `Retryable` or `States.Timeout`.
    cause: text; of a function, JSON of {errorMessage, errorType, stackTrace…}.
    """

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause
