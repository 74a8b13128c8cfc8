"""From a name to the addresses that may be dialled."""

from __future__ import annotations

import asyncio

from shared.egress.dialing import NoConnection, Resolve, system_resolve
from shared.egress.policy import check_addresses, check_port

RESOLVE_SECONDS = 5.0


async def judged_addresses(
    host: str, port: int, allowed: frozenset[str], setting: str, resolve: Resolve = system_resolve
) -> list[str]:
    """What a name resolves to now, all of it judged.

    Raises:
        NotAllowed: the port or an address is not open.
        NoConnection: the name does not resolve.
    """
    check_port(host, port, allowed, setting)
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await resolve(host, port)
        return check_addresses(host, port, found, allowed, setting)
    except (OSError, UnicodeError, ValueError) as error:  # a timeout is an OSError
        raise NoConnection(f"the name {host} does not resolve") from error
