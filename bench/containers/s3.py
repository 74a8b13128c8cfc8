"""A bucket on loopback, and a note of who asked it for what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import unquote

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from local.catalogue import REGION
from shared.storage.s3 import SIGNED, S3Storage

_CREDENTIAL = re.compile(r"Credential=([^/]+)/")


@dataclass(frozen=True)
class Call:
    """who: the access key that it was signed with."""

    who: str
    method: str
    bucket: str
    key: str
    query: str


@dataclass
class Bucket:
    """calls: all that it was asked so far."""

    url: str
    name: str
    calls: list[Call] = field(default_factory=list)

    def environment(self, who: str) -> dict[str, str]:
        """What a function needs to reach it."""
        return {
            "AWS_S3_BUCKET": self.name,
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_ACCESS_KEY_ID": who,
            "AWS_SECRET_ACCESS_KEY": "any",
        }

    def storage(self) -> S3Storage:
        """As this process, the caller `bench`, sees it."""
        client = boto3.client(
            "s3",
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id="bench",
            aws_secret_access_key="any",  # noqa: S106 - moto looks at none
            config=SIGNED,
        )
        return S3Storage(client, self.name)


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def served_bucket(name: str = "leadreel-content") -> Iterator[Bucket]:
    application = DomainDispatcherApplication(create_backend_app)
    bucket = Bucket("", name)

    def note(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        who = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        _, _, path = unquote(environ.get("PATH_INFO", "")).partition("/")
        where, _, key = path.partition("/")
        query = environ.get("QUERY_STRING", "")
        bucket.calls.append(Call(who[1] if who else "", environ["REQUEST_METHOD"], where, key, query))
        answer: Iterable[bytes] = application(environ, start)
        return answer

    server = make_server("127.0.0.1", 0, note, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        bucket.url = f"http://127.0.0.1:{server.server_port}"
        bucket.storage().client.create_bucket(Bucket=name)
        bucket.calls.clear()
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
