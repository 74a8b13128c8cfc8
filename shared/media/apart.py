"""Work on a file that we don't trust, done by a Python process of its own, inside walls.

The process gets no environment of ours and is told what to do only once its walls stand. What breaks in it
(a crash, a lack of memory, a deadline) is the file's fault and said so.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from shared.errors import Retryable
from shared.media.files import UnusableMedia
from shared.media.walled import BARE_ENVIRONMENT, Running, Walls, running, tail

MOST_SECONDS = 20.0
MOST_MEMORY = 1_500_000_000
_MOST_ANSWER = 16_000_000

_REFUSED, _NO_MEMORY, _CRASHED = 3, 4, 5


def ask_apart(task: str, path: Path, *, deadline_seconds: float = MOST_SECONDS) -> bytes:
    """The answer about a file of `task`: a function from Path to bytes, named with its module.

    It is a name since what it imports is heavy, and of no use here.

    Raises:
        UnusableMedia: what the task raised, or that the file was too much for it.
        Retryable: the machine is too busy, or the system ended the process.
    """
    # without `site` it starts sooner
    command = [sys.executable, "-SP", "-c", f"from {__name__} import answer; answer()"]
    environment = {**BARE_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    order = {"task": task, "path": str(path.resolve())}
    with tempfile.TemporaryFile() as errors:
        with running(
            command,
            errors=errors,
            deadline_seconds=deadline_seconds,
            walls=Walls(MOST_MEMORY),
            environment=environment,
            stdin=subprocess.PIPE,
        ) as child:
            assert child.process.stdin is not None  # asked for as a pipe
            with suppress(BrokenPipeError):  # it died: its status will say how
                child.process.stdin.write(json.dumps(order).encode())
                child.process.stdin.close()
            said = child.output.read(_MOST_ANSWER)
            status = child.process.wait()
        if status == 0 and not child.late:
            return said
        raise _late(path, child) if child.late else _failure(path, status, said, tail(errors, 2000))


def _late(path: Path, child: Running) -> Exception:
    if child.starved:
        return Retryable(f"the machine is too busy to read {path.name}")
    seconds = child.deadline_seconds
    return UnusableMedia(f"{path.name} can't be read within {seconds:.0f} s: it is too complicated")


def _failure(path: Path, status: int, said: bytes, words: str) -> Exception:
    if status == _REFUSED:
        return UnusableMedia(said.decode())
    if status == _NO_MEMORY:
        return UnusableMedia(f"{path.name} needs more than {MOST_MEMORY / 1e9:.1f} GB of memory to be read")
    if status == -signal.SIGKILL:
        return Retryable(f"reading {path.name} was ended by the system")
    if status < 0 or status == _CRASHED:
        return UnusableMedia(f"{path.name} can't be read: it is damaged, or too complicated")
    return RuntimeError(f"{path.name} met a fault of ours (exit {status}): {words}")


def answer() -> None:
    """The other side: read an order, work on it, and write the answer to what was standard output."""
    order = json.loads(sys.stdin.buffer.read())
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # what a library prints is no answer
        module, _, name = order["task"].rpartition(".")
        task: Callable[[Path], bytes] = getattr(import_module(module), name)
        status = 0
        try:
            said = task(Path(order["path"]))
        except UnusableMedia as refusal:
            status, said = _REFUSED, str(refusal).encode()
        except MemoryError:
            status, said = _NO_MEMORY, b""
        except Exception:
            raise
        except BaseException:  # a panic in a library written in Rust
            status, said = _CRASHED, b""
        answers.write(said)
    sys.exit(status)
