"""AWS as moto speaks it: a server in a process of its own, on a loopback port."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from local.server import bind
from tests.support.processes import eventually

REGION, ACCOUNT = "us-east-1", "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
_RUNNING = re.compile(r"Running on (http://127\.0\.0\.1:\d+)")


@contextmanager
def moto_server(folder: Path, invokes: str = "", config: Any = None) -> Iterator[str]:
    """Its address. folder: gets its log. invokes: the port that its state machines call functions at, unless
    that is its own. config: what its end point /moto-api/config takes."""
    with bind(0) as free:
        port = str(free.getsockname()[1])
    told = folder / "moto.log"
    with told.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port],
            env={
                "PATH": os.environ["PATH"],
                "MOTO_PORT": invokes or port,
                "AWS_EC2_METADATA_DISABLED": "true",
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        assert eventually(lambda: _RUNNING.search(told.read_text()), 60), told.read_text()
        found = _RUNNING.search(told.read_text())
        assert found is not None
        if config:
            httpx.post(f"{found[1]}/moto-api/config", json=config).raise_for_status()
        yield found[1]
    finally:
        process.kill()  # it keeps nothing
        process.wait()


def client_of(url: str, service: Any, attempts: int = 1, **options: Any) -> Any:
    """The AWS SDK's client of a service at an address."""
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id="any",
        aws_secret_access_key="any",
        config=Config(retries={"total_max_attempts": attempts}, **options),
    )
