"""The Chrome DevTools Protocol over a websocket of our own: frames go through no relay.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from shared.errors import LeadreelError, Retryable

Params = dict[str, Any]
Handler = Callable[[Params], None]

LOST = "lost"  # an event of ours: the session answers no more
_ENDED = "the browser ended while it was recording"


class BrowserGone(Retryable):
    """The browser ended or stopped answering."""


class NoAnswer(Retryable):
    """A command was not answered in its time: what runs in the page keeps the browser busy."""


class CommandFailed(Retryable):
    """The browser refused a command."""


class Connection:
    """Commands to the browser and to the sessions of its targets, over one socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[str | None, asyncio.Future[Params]]] = {}
        self._handlers: dict[tuple[str | None, str], list[Handler]] = {}
        self._lost: dict[str | None, LeadreelError] = {}

    def on(self, event: str, handler: Handler, session: str | None = None) -> None:
        """Call `handler` with the parameters of each such event."""
        self._handlers.setdefault((session, event), []).append(handler)

    async def call(
        self, command: str, params: Params | None = None, *, session: str | None = None, timeout: float = 30.0
    ) -> Params:
        """Send a command and wait for its result.

        Raises:
            NoAnswer: after `timeout` seconds.
            CommandFailed: with the browser's own words.
            BrowserGone: when the browser ends meanwhile; or what the session was lost with.
        """
        lost = self._lost.get(session) or self._lost.get(None)
        if lost is not None:
            raise lost
        number = next(self._numbers)
        message: Params = {"id": number, "method": command, "params": params or {}}
        if session is not None:
            message["sessionId"] = session
        answer: asyncio.Future[Params] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (session, answer)
        try:
            async with asyncio.timeout(timeout):
                await self._socket.send(json.dumps(message))
                return await answer
        except TimeoutError as error:
            raise NoAnswer(f"the browser did not answer {command} within {timeout:.0f} s") from error
        except ConnectionClosed as error:
            raise BrowserGone(_ENDED) from error
        finally:
            self._waiting.pop(number, None)

    @property
    def ended(self) -> bool:
        """Whether the browser has gone."""
        return None in self._lost

    async def read(self) -> None:
        """Take in answers and events until the socket closes; then everybody who waits is told."""
        try:
            async for text in self._socket:
                self._take(json.loads(text))
        except ConnectionClosed:
            pass
        finally:
            self.lose(None, BrowserGone(_ENDED))

    def lose(self, session: str | None, error: LeadreelError) -> None:
        """From now on this session (None: every one) answers with `error`, also to whoever waits."""
        self._lost.setdefault(session, error)
        for owner, answer in self._waiting.values():
            if session in (None, owner) and not answer.done():
                answer.set_exception(error)
        for (owner, event), handlers in self._handlers.items():
            if event == LOST and session in (None, owner):
                for handler in handlers:
                    handler({})

    def _take(self, message: Params) -> None:
        if "id" not in message:
            for handler in self._handlers.get((message.get("sessionId"), message["method"]), ()):
                handler(message["params"])
            return
        _, answer = self._waiting.get(message["id"], (None, None))
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(CommandFailed(str(message["error"].get("message", message["error"]))))
        else:
            answer.set_result(message["result"])


class Session:
    """The commands and events of one target."""

    def __init__(self, connection: Connection, session_id: str) -> None:
        self._connection = connection
        self._id = session_id

    async def call(self, command: str, params: Params | None = None, *, timeout: float = 30.0) -> Params:
        """As `Connection.call`."""
        return await self._connection.call(command, params, session=self._id, timeout=timeout)

    def on(self, event: str, handler: Handler) -> None:
        self._connection.on(event, handler, self._id)

    def lose(self, error: LeadreelError) -> None:
        self._connection.lose(self._id, error)


@contextlib.asynccontextmanager
async def connected(endpoint: str) -> AsyncIterator[Connection]:
    """Connect to a browser's websocket address."""
    async with connect(
        endpoint, max_size=None, compression=None, proxy=None, ping_interval=None, close_timeout=1
    ) as socket:
        connection = Connection(socket)
        reading = asyncio.create_task(connection.read())
        try:
            yield connection
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
