"""HTTP servers on loopback ports, inside the supervisor's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from shared.errors import Permanent

HOST = "127.0.0.1"
STOP_SECONDS = 3


class PortBusy(Permanent):
    """Another program has the port."""


def bind(port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        PortBusy: naming the port and the cure.
    """
    # Only for sockets that name TCP does asyncio switch off Nagle's algorithm, which costs 44 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        why = "is used by another program" if error.errno == errno.EADDRINUSE else "may not be used by you"
        raise PortBusy(
            f"port {port} {why}: choose another one with PORT={port + 1 if port < 65535 else 8000}"
        ) from error
    return listener


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the supervisor's to handle."""
        yield


class Server:
    """Serves an application on a bound socket until `stop`."""

    def __init__(self, application: Starlette, listener: socket.socket) -> None:
        self.url = f"http://{HOST}:{listener.getsockname()[1]}"
        self._listener = listener
        config = uvicorn.Config(
            application,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        self._server = _Uvicorn(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._server.serve([self._listener]))

    async def stop(self) -> None:
        self._server.should_exit = True
        if self._task:
            await self._task
        self._listener.close()


def bind_remembered(file: Path) -> socket.socket:
    """A listening socket on the port that a file remembers, or on a new one if that is taken."""
    try:
        listener = bind(int(file.read_text()))
    except (OSError, ValueError, PortBusy):
        listener = bind(0)
        file.write_text(f"{listener.getsockname()[1]}\n")
    return listener


def static_site(folder: Path) -> Starlette:
    """A folder of pages, `index.html` for a folder."""
    return Starlette(routes=[Mount("/", StaticFiles(directory=folder, html=True))])
