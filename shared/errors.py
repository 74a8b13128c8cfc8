"""What can go wrong, and whether trying again helps.

    LeadreelError
    ├── Retryable        a passing fault: a retry with backoff may succeed
    │   └── RateLimited  the far side asked us to wait
    └── Permanent        the same input fails again: tell the person
        ├── NotFound     what it speaks of is not there
        ├── Conflict     what is there stands in its way
        ├── NotApproved  a person has to approve something first: the pipeline waits for that
        └── (each stage adds its own, beside the code that raises it)

Step Functions matches an error by its class *name* and knows nothing of subclasses, so what leaves a
Lambda is always Retryable, RateLimited, Permanent or NotApproved: `shared.workflow.step` sees to it.
"""

from __future__ import annotations


class LeadreelError(Exception):
    """Base of every error that Leadreel raises on purpose. Its text is a sentence for a person."""


class Retryable(LeadreelError):
    """A passing fault of the world around us."""


class RateLimited(Retryable):
    """A vendor asked us to slow down.

    retry_after_seconds: what it asked for, if it said.
    """

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Permanent(LeadreelError):
    """Trying the same again fails again."""


class NotFound(Permanent):
    """What was asked for is not there, or belongs to somebody else."""


class Conflict(Permanent):
    """What was asked for can't be done as things stand; the text says what stands in its way."""


class NotApproved(Permanent):
    """What a person has to decide on first is not approved, or not any more."""
