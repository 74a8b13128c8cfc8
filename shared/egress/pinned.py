"""For our own requests to addresses that others chose: dial only what was judged, by the proxy's rule."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import httpcore

from shared.egress.dialing import DIAL_SECONDS, MAX_ADDRESSES, NoConnection, Resolve, system_resolve
from shared.egress.judging import judged_addresses


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects httpcore's pools. TLS still asks for the certificate of the name, not of the address.

    allowed: host:port pairs that are let through whatever their address is. setting: where they come from.
    """

    def __init__(self, allowed: frozenset[str], setting: str, resolve: Resolve = system_resolve) -> None:
        self._allowed, self._setting, self._resolve = allowed, setting, resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises NotAllowed, NoConnection."""
        addresses = await judged_addresses(host, port, self._allowed, self._setting, self._resolve)
        problem = "it has no address"
        for address in addresses[:MAX_ADDRESSES]:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout or DIAL_SECONDS, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = str(error) or "no answer"
        raise NoConnection(f"{host} can't be reached on port {port}: {problem}")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
