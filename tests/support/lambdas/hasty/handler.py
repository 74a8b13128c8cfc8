"""The probe again, with other limits."""

from tests.support.lambdas.probe.handler import handler

__all__ = ["handler"]
