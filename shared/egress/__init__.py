"""The way out for what we did not write: one proxy, one policy."""

from shared.egress.policy import NotAllowed, check_url, default_port, is_public
from shared.egress.proxy import NOTHING, EgressProxy, Fault, Limits

__all__ = [
    "NOTHING",
    "EgressProxy",
    "Fault",
    "Limits",
    "NotAllowed",
    "check_url",
    "default_port",
    "is_public",
]
