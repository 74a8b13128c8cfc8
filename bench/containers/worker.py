"""One container that serves one function's invocations, as Lambda would run it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.containers.usage import MEGABYTE, Group, Watch
from local.catalogue import Function
from local.runtime_api import Answer
from local.worker import Result, Worker

CORE_MB = 1769
"""For so much memory Lambda gives one core: docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""

SHARED_MEMORY = "/dev/shm"  # noqa: S108 - Lambda has none, and nobody can write there
PODMAN_SECONDS = 60
WEIGHT = 65536
"""Of a container; other work has 1024 a process. So its limit decides, not the machine's load."""
# Of this machine, not of Lambda: a container has its own.
_NOT_INSIDE = ("PATH", "HOME", "PYTHONPATH", "TMPDIR", "LEADREEL_HOME", "CHROMIUM_PATH", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Images:
    """folder: where `make images` has put them."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """With which podman and buildah find them."""
        settings = self.folder / "storage.conf"
        return {"PATH": os.environ["PATH"], "HOME": "/root", "CONTAINERS_STORAGE_CONF": str(settings)}

    def podman(self, *arguments: str) -> str:
        """Raises subprocess.CalledProcessError."""
        done = subprocess.run(
            [shutil.which("podman") or "podman", *arguments],
            env=self.environment, capture_output=True, text=True, timeout=PODMAN_SECONDS, check=True,
        )  # fmt: skip
        return done.stdout.strip()

    def missing(self) -> str:
        """Why no function can be run in them; empty if they can."""
        if os.getuid() != 0:
            return "only root may run containers with Lambda's limits"
        if not ((self.folder / "storage.conf").exists() and shutil.which("podman")):
            return "the images are not here: make images"
        return ""


@dataclass(frozen=True)
class Invoked:
    """One invocation.

    memory_mb: given; used_mb and disk_mb: the most that was used, of memory and of /tmp.
    init_seconds: from the start of the container's process until it asked for work, if this was its first.
    """

    function: str
    memory_mb: int
    init_seconds: float | None
    seconds: float
    cpu_seconds: float
    used_mb: float
    disk_mb: float
    failed: bool

    @property
    def billed_seconds(self) -> float:
        return self.seconds + (self.init_seconds or 0.0)


class ContainerWorker(Worker):
    """As Worker, in the function's image. invoked: gets what each invocation took."""

    def __init__(
        self, images: Images, invoked: list[Invoked], function: Function, *others: Any, **more: Any
    ) -> None:
        super().__init__(function, *others, **more)
        self._images, self._invoked = images, invoked
        self._name = f"leadreel-{os.getpid()}-{self._scratch.name}"
        self._group: Group | None = None
        self._cold: float | None = None

    @property
    def group(self) -> Group:
        """Of the container, once it is started."""
        assert self._group
        return self._group

    def _command(self, environment: dict[str, str]) -> tuple[list[str], dict[str, str]]:
        self._scratch.chmod(0o1777)  # it is /tmp there
        inside = {name: value for name, value in environment.items() if name not in _NOT_INSIDE}
        inside["LAMBDA_TASK_ROOT"] = "/var/task"
        settings = self._scratch.with_suffix(".env")
        with os.fdopen(os.open(settings, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("".join(f"{name}={value}\n" for name, value in inside.items()))
        return run_command(self.function, self._name, settings, self._scratch), self._images.environment

    async def start(self) -> Answer | None:
        error = await super().start()
        if error is None:
            ready = time.time()
            pid = int(
                await asyncio.to_thread(
                    self._images.podman, "inspect", "--format", "{{.State.Pid}}", self._name
                )
            )
            self._group, self._cold = Group.of(pid), ready - psutil.Process(pid).create_time()
        return error

    async def invoke(self, payload: bytes) -> Result:
        used, begun = self.group.cpu_seconds(), time.perf_counter()
        watch = Watch(self.group, self._scratch)
        watching = asyncio.create_task(watch.watch())
        result = await super().invoke(payload)
        watching.cancel()
        seconds, (init, self._cold) = time.perf_counter() - begun, (self._cold, None)
        with contextlib.suppress(OSError):  # killed, and gone
            used = self.group.cpu_seconds() - used
        memory_mb = self.function.limits.memory_mb
        most = (watch.memory_bytes / MEGABYTE, watch.disk_bytes / MEGABYTE)
        self._invoked.append(
            Invoked(self.function.name, memory_mb, init, seconds, used, *most, result.answer.failed)
        )
        return result

    async def stop(self) -> None:
        await super().stop()
        with contextlib.suppress(subprocess.SubprocessError):  # it never came to be
            await asyncio.to_thread(self._images.podman, "rm", "--force", "--time", "0", self._name)
        self._scratch.with_suffix(".env").unlink(missing_ok=True)


def run_command(function: Function, name: str, settings: Path, scratch: Path) -> list[str]:
    """How podman runs a function as Lambda does; /tmp is the folder `scratch`, all else can't be written."""
    limits = function.limits
    cores = min(limits.memory_mb / CORE_MB, len(os.sched_getaffinity(0)))
    return [
        "podman", "--runtime", shutil.which("runc") or "/usr/sbin/runc", "run", "--name", name,
        "--network", "host", "--log-driver", "none", "--read-only", "--read-only-tmpfs=false",
        "--volume", f"{scratch}:/tmp", "--tmpfs", f"{SHARED_MEMORY}:ro,size=4k", "--user", "993:990",
        "--cap-drop", "all", "--security-opt", "no-new-privileges",
        "--memory", f"{limits.memory_mb}m", "--memory-swap", f"{limits.memory_mb}m", "--cpus", f"{cores:.3f}",
        "--cgroup-parent", "/", "--cpu-shares", str(WEIGHT),
        "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000",
        "--env-file", str(settings), image_of(function), function.handler,
    ]  # fmt: skip


def image_of(function: Function) -> str:
    """Raises ValueError for a function that lives in a zip."""
    if function.limits.image is None:
        raise ValueError(f"{function.name} has no image")
    return f"localhost/leadreel-{function.limits.image}"
