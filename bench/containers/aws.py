"""AWS on loopback, as moto speaks it, and a note of who asked it for what."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from local.catalogue import REGION
from shared.storage.s3 import SIGNED

_SIGNED_BY = re.compile(r"Credential=([^/]+)/[^/]+/[^/]+/([^/]+)/")
ACCOUNT = "123456789012"
_NAMES = ("stateMachineArn", "executionArn", "taskToken", "SecretId")
"""What a request's document names its resource by."""


@dataclass(frozen=True)
class Call:
    """who: the access key that it, or its address, was signed with. action, resource: as policies name them,
    but for task tokens, which stand for their state machines. found: False if the answer was that nothing is
    there."""

    who: str
    action: str
    resource: str
    found: bool


@dataclass
class Aws:
    """calls: all that it was asked so far; a copy is two, of its source and its target."""

    url: str
    calls: list[Call] = field(default_factory=list)

    def environment(self, who: str) -> dict[str, str]:
        """What the SDK needs to reach it."""
        return {"AWS_ENDPOINT_URL": self.url, "AWS_ACCESS_KEY_ID": who, "AWS_SECRET_ACCESS_KEY": "any"}

    def client(self, service: Any, region: str, who: str = "bench") -> Any:
        """The SDK's."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=who,
            aws_secret_access_key="any",  # noqa: S106 - moto looks at none
            config=SIGNED,
        )


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def served_aws() -> Iterator[Aws]:
    application = DomainDispatcherApplication(create_backend_app)
    aws = Aws("")

    def note(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        signed = _SIGNED_BY.search(environ.get("HTTP_AUTHORIZATION") or unquote(environ["QUERY_STRING"]))
        who, service = signed.groups() if signed else ("", "")
        asked = [*(_of_s3(environ) if service == "s3" else _of_document(environ, service))]

        def started(status: str, *others: Any) -> Any:
            found = not status.startswith("404")
            aws.calls += [Call(who, action, resource, found) for action, resource in asked]
            return start(status, *others)

        answer: Iterable[bytes] = application(environ, started)
        return answer

    server = make_server("127.0.0.1", 0, note, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        aws.url = f"http://127.0.0.1:{server.server_port}"
        yield aws
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _of_s3(environ: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(action, resource) of what is asked of objects and lists; nobody is granted what isn't known here.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    """
    method, query = environ["REQUEST_METHOD"], parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
    bucket, _, key = environ["PATH_INFO"].encode("latin-1").decode().lstrip("/").partition("/")
    of_objects = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
    if not key:
        action = "ListBucket" if method == "GET" and "list-type" in query else f"{method} bucket"
    elif "uploadId" in query and method == "DELETE":
        action = "AbortMultipartUpload"
    elif method == "POST" and ({"uploads", "uploadId"} & {*query}):
        action = "PutObject"
    else:
        action = of_objects.get(method, f"{method} object")
    yield f"s3:{action}", f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    if source := environ.get("HTTP_X_AMZ_COPY_SOURCE"):
        yield "s3:GetObject", f"arn:aws:s3:::{unquote(source).lstrip('/')}"


def _of_document(environ: dict[str, Any], service: str) -> Iterator[tuple[str, str]]:
    """(action, resource) of a service that is asked by JSON documents."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    document = json.loads(body) if body.startswith(b"{") else {}
    if service == "ses" and "Raw" in document.get("Content", {}):
        yield "ses:SendRawEmail", f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{document['FromEmailAddress']}"
        return
    action = environ.get("HTTP_X_AMZ_TARGET", environ["REQUEST_METHOD"]).rpartition(".")[2]
    yield f"{service}:{action}", next((document[name] for name in _NAMES if name in document), "")
