"""The local runtime, with the functions that have an image in containers and objects in S3."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from bench.containers.s3 import Bucket
from bench.containers.worker import ContainerWorker, Images, Invoked
from local.catalogue import Function
from local.environment import WorkerEnvironment
from local.postgres import PORT, Postgres, socket_folder
from local.supervisor import Runtime
from local.worker import Worker
from local.workers import Workers
from shared.settings import Settings


@dataclass(frozen=True)
class _Environment(WorkerEnvironment):
    """As on AWS: objects are in S3, each function asks by its own name, containers reach Postgres by TCP.

    database_port: on loopback.
    """

    bucket: Bucket = field(kw_only=True)
    database_port: int = field(kw_only=True)

    def of(self, function: Function, *others: Any) -> dict[str, str]:
        made = {**super().of(function, *others), **self.bucket.environment(function.name)}
        if function.limits.image and function.limits.database:
            url = make_url(made["DATABASE_URL"]).set(host="127.0.0.1", port=self.database_port, query={})
            made["DATABASE_URL"] = url.render_as_string(hide_password=False)
        return made


async def _relay(socket: Path) -> asyncio.Server:
    """Loopback's way to a socket that only its owner may open."""

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(1 << 16):
                target.write(data)
                await target.drain()
        target.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_unix_connection(str(socket))
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    return await asyncio.start_server(serve, "127.0.0.1", 0)


class _Workers(Workers):
    def __init__(self, images: Images, invoked: list[Invoked], *others: Any, **more: Any) -> None:
        super().__init__(*others, **more)
        self._images, self._invoked = images, invoked

    def _worker(self, function: Function, *others: Any) -> Worker:
        if function.limits.image is None:
            return super()._worker(function, *others)
        return ContainerWorker(self._images, self._invoked, function, *others)


class ContainerRuntime(Runtime):
    """As Runtime. memory_mb: for functions by name, in place of functions.toml's.

    invoked: what each invocation in a container took.
    """

    def __init__(
        self,
        settings: Settings,
        images: Images,
        bucket: Bucket,
        memory_mb: Mapping[str, int] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(settings, **more)
        self.invoked: list[Invoked] = []
        self._images, self._bucket, self._memory_mb = images, bucket, dict(memory_mb or {})

    async def _start_postgres(self, stack: AsyncExitStack) -> Postgres:
        postgres = await super()._start_postgres(stack)
        self._relay = await _relay(socket_folder(self.home.path) / f".s.PGSQL.{PORT}")
        stack.callback(self._relay.close)
        return postgres

    def _make_workers(self, functions: Mapping[str, Function], *others: Any) -> Workers:
        sized = {
            name: dataclasses.replace(
                function,
                limits=function.limits.model_copy(
                    update={"memory_mb": self._memory_mb.get(name, function.limits.memory_mb)}
                ),
            )
            for name, function in functions.items()
        }
        plain = super()._make_environment(*others)
        environment = _Environment(
            **{each.name: getattr(plain, each.name) for each in dataclasses.fields(plain)},
            bucket=self._bucket,
            database_port=self._relay.sockets[0].getsockname()[1],
        )
        return _Workers(
            self._images,
            self.invoked,
            sized,
            environment,
            self.home.path,
            cores=self._cores,
            hold=(self.home.lock,),
        )
