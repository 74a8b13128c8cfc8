"""An AWS account on loopback: `moto_server` in a process of its own, met by the real SDK over HTTP."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
import httpx

REGION = "eu-central-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "never-to-be-shown"}
START_SECONDS = 60


@dataclass(frozen=True)
class Account:
    """url: of every service."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What the SDK reads of it, as on Lambda."""
        return {"AWS_ENDPOINT_URL": self.url, "AWS_DEFAULT_REGION": REGION, **KEYS}

    @cached_property
    def secrets(self) -> Any:
        """The SDK's client, for tests."""
        return self.client("secretsmanager")

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )

    def make_secret(self, name: str, text: str | None) -> str:
        """Its ARN. text: None for one that nobody has set."""
        given = {} if text is None else {"SecretString": text}
        return str(self.secrets.create_secret(Name=name, **given)["ARN"])


@contextmanager
def served_account() -> Iterator[Account]:
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:
        try:
            account = Account(_announced(server))
            _wait_for(account.url)
            yield account
        finally:
            server.kill()


def _announced(server: subprocess.Popen[str]) -> str:
    """The address that it says it listens at; what it says after that is thrown away."""
    assert server.stderr is not None
    said = []
    for line in server.stderr:
        said.append(line)
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return found[0]
    raise AssertionError(f"moto_server ended: {''.join(said)}")


def _wait_for(url: str) -> None:
    limit = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(f"{url}/moto-api/", timeout=5)
            return
        except httpx.TransportError:
            assert time.monotonic() < limit, "moto_server does not answer"
            time.sleep(0.1)
