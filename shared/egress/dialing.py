"""From a name to a connection: resolve, and dial exactly the addresses that were judged."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable

from shared.egress.http import MAX_HEAD
from shared.errors import Permanent

Resolve = Callable[[str, int], Awaitable[list[str]]]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

DIAL_SECONDS = 10.0
MAX_ADDRESSES = 6


class NoConnection(Permanent):
    """None of the addresses answers; the text says why, as a clause."""


async def system_resolve(host: str, port: int) -> list[str]:
    """Every address of a host, as the system's resolver gives them. Raises OSError, UnicodeError.

    In a thread that nobody waits for: a name server that never answers must not keep us from ending.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str] | Exception) -> None:
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: list[str] | Exception
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as error:
            found = error
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody wants to know any more
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=ask, name=f"resolve {host[:40]}", daemon=True).start()
    return await answer


async def dial(addresses: list[str], host: str, port: int) -> Streams:
    """Connect to the first of these addresses that answers. Raises NoConnection."""
    problem = "it has no address"
    for address in addresses[:MAX_ADDRESSES]:
        try:
            async with asyncio.timeout(DIAL_SECONDS):
                return await asyncio.open_connection(address, port, limit=MAX_HEAD)
        except TimeoutError:
            problem = f"no answer within {DIAL_SECONDS:.0f} s"
        except ConnectionRefusedError:
            problem = "connection refused"
        except OSError as error:
            problem = error.strerror or str(error)
    raise NoConnection(f"{host} can't be reached on port {port}: {problem}")
