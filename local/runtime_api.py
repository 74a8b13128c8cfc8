"""The Lambda Runtime API of one worker, as `awslambdaric` speaks it: next, response, error, init error.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, version 2018-06-01. HTTP is parsed by h11.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass

import h11

PREFIX = "/2018-06-01/runtime/"
PAYLOAD_LIMIT = 6 * 1024 * 1024  # bytes, of an event and of an answer
OK, ACCEPTED, NOT_FOUND = 200, 202, 404


@dataclass(frozen=True)
class Invocation:
    """What a worker is asked. deadline_ms: Unix time in milliseconds."""

    request_id: str
    function_arn: str
    payload: bytes
    deadline_ms: int


@dataclass(frozen=True)
class Answer:
    """What it answered: JSON, which is {errorMessage, errorType, stackTrace…} when `failed`."""

    payload: bytes
    failed: bool = False


Reply = tuple[int, list[tuple[str, str]], bytes]


class RuntimeApi:
    """One worker's end point on a loopback port of its own.

    ready: set when the worker asks for its first invocation, which ends its initialisation.
    """

    def __init__(self) -> None:
        self.address = ""
        self.ready = asyncio.Event()
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._next: asyncio.Queue[Invocation] = asyncio.Queue(1)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        self.address = f"{host}:{port}"

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if not self.answer.done():
            self.answer.cancel()

    def send(self, invocation: Invocation) -> asyncio.Future[Answer]:
        """Hand the worker its next invocation; the future brings the answer."""
        self.answer = asyncio.get_running_loop().create_future()
        self._next.put_nowait(invocation)
        return self.answer

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.CancelledError, h11.RemoteProtocolError):
            pass  # the worker went away; whoever waits for its process knows why
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while True:
            request, body = await self._read(connection, reader, writer)
            if request is None:
                return
            status, headers, content = await self._respond(
                request.method.decode(), request.target.decode(), body
            )
            headers = [*headers, ("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
            parts = (h11.Response(status_code=status, headers=headers), h11.Data(content), h11.EndOfMessage())
            writer.write(b"".join(connection.send(part) or b"" for part in parts))  # one write, one packet
            await writer.drain()
            if connection.our_state is h11.MUST_CLOSE:
                return
            connection.start_next_cycle()

    async def _read(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[h11.Request | None, bytes]:
        request, body = None, bytearray()
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                if connection.they_are_waiting_for_100_continue:
                    writer.write(
                        connection.send(h11.InformationalResponse(status_code=100, headers=[])) or b""
                    )
                connection.receive_data(await reader.read(1 << 16))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                if len(body) <= PAYLOAD_LIMIT:
                    body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return request, bytes(body)
            else:
                return None, b""

    async def _respond(self, method: str, target: str, body: bytes) -> Reply:
        parts = target.removeprefix(PREFIX).split("/")
        match method, *parts:
            case "GET", "invocation", "next":
                self.ready.set()
                return next_reply(await self._next.get())
            case "POST", "invocation", _, "response":
                return self._settle(body)
            case "POST", "invocation", _, "error":
                self._resolve(Answer(body, failed=True))
                return ACCEPTED, [], b'{"status":"OK"}'
            case "POST", "init", "error":
                self._resolve(Answer(body, failed=True))
                return ACCEPTED, [], b'{"status":"OK"}'
        return NOT_FOUND, [], b"{}"

    def _settle(self, body: bytes) -> Reply:
        if len(body) > PAYLOAD_LIMIT:
            text = f"Response payload size exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes)."
            self._resolve(platform_error("Function.ResponseSizeTooLarge", text))
        else:
            self._resolve(Answer(body or b"null"))
        return ACCEPTED, [], b'{"status":"OK"}'

    def _resolve(self, answer: Answer) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)


def next_reply(invocation: Invocation) -> Reply:
    headers = [
        ("Lambda-Runtime-Aws-Request-Id", invocation.request_id),
        ("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn),
        ("Lambda-Runtime-Deadline-Ms", str(invocation.deadline_ms)),
    ]
    return OK, headers, invocation.payload


def platform_error(error_type: str, message: str) -> Answer:
    """An error that the platform reports, not the function."""
    return Answer(json.dumps({"errorType": error_type, "errorMessage": message}).encode(), failed=True)
