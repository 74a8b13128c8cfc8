"""Where a webhook may be: on the public internet by https, or where WEBHOOK_ALLOW_HOSTS says."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import Url as WebUrl

from shared.egress import NotAllowed, check_url, default_port
from shared.egress.dialing import NoConnection
from shared.egress.judging import judged_addresses
from shared.egress.policy import allowed_pairs, authority, cure

SETTING = "WEBHOOK_ALLOW_HOSTS"


def _as_browsers_read_it(url: str) -> str:
    """In the one form that everybody reads alike: plain ASCII, hosts in lower case, addresses as such."""
    try:
        return str(WebUrl(url))
    except ValueError:
        raise ValueError("it is not a URL") from None


Url = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_as_browsers_read_it)]


def check_address(url: str, allow_hosts: tuple[str, ...]) -> None:
    """Judge it as it stands, and by what its name resolves to now; it is judged again with each request.

    Raises NotAllowed.
    """
    parts, allowed = check_url(url, allow_hosts, SETTING), allowed_pairs(allow_hosts)
    host, port = parts.hostname or "", parts.port or default_port(parts.scheme)
    if parts.scheme != "https" and authority(host, port) not in allowed:
        raise NotAllowed(f"webhooks go to https:// addresses only;{cure(host, port, SETTING)}")
    with suppress(NoConnection):  # a name may come later
        asyncio.run(judged_addresses(host, port, allowed, SETTING))
