"""An endpoint on loopback that gets webhooks and answers as it is told; and the check that receivers make."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tests.support.processes import eventually


@dataclass(frozen=True)
class Answer:
    """hang: seconds before it, and drip: before its body, or until the receiver is closed."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hang: float = 0
    drip: float = 0


@dataclass(frozen=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Receiver:
    """answers: in this order, the last one again and again. got: requests, in the order of their coming."""

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.answers, self.got = list(answers) or [Answer()], list[Got]()
        self._closing = Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                outer._closing.wait(answer.hang)
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                outer._closing.wait(answer.drip)
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # whoever asked has gone

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.pair = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.pair}/hook"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def waits_for(self, number: int, seconds: float = 20.0) -> bool:
        return eventually(lambda: len(self.got) >= number, seconds)


def is_signed(secret: str, got: Got) -> bool:
    """As the specification words it: any of the v1 signatures, and a time within five minutes of ours."""
    at = got.headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    mac = hmac.new(key, b".".join([got.id.encode(), at.encode(), got.body]), hashlib.sha256).digest()
    given = [part.split(",", 1) for part in got.headers["webhook-signature"].split(" ")]
    matching = [
        hmac.compare_digest(mac, base64.b64decode(value)) for version, value in given if version == "v1"
    ]
    return any(matching) and abs(time.time() - int(at)) < 300
