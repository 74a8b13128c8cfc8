"""Starting a command under `guard.py`, so that nothing of it outlives this process."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

GUARD = Path(__file__).with_name("guard.py")


def guarded(
    command: Sequence[str | Path],
    *,
    user: tuple[int, int] | None = None,
    stop: signal.Signals = signal.SIGKILL,
    orphaned: signal.Signals = signal.SIGKILL,
    grace_seconds: float = 0.0,
    hold: Sequence[int] = (),
) -> list[str]:
    """The command line that runs `command` under the guard.

    Its standard input must be a pipe; closing that pipe ends the command.

    user: (uid, gid) to run as, for root only.
    stop: the signal that asks the command to end; it is killed `grace_seconds` later.
    orphaned: the signal that the command gets should the guard itself be killed.
    hold: descriptors (of a lock) that stay open as long as anything of the command lives.
    """
    line = [sys.executable, "-I", "-S", str(GUARD)]
    line += [f"--stop={int(stop)}", f"--orphaned={int(orphaned)}", f"--grace={grace_seconds}"]
    line += [f"--hold={descriptor}" for descriptor in hold]
    if user:
        line.append(f"--user={user[0]}:{user[1]}")
    return [*line, "--", *(str(part) for part in command)]


class Guarded:
    """A command under the guard, for code that isn't asynchronous.

    line: from `guarded`. hold: the descriptors named there.
    """

    def __init__(
        self,
        line: Sequence[str],
        *,
        output: IO[bytes],
        environment: Mapping[str, str] | None = None,
        hold: Sequence[int] = (),
    ) -> None:
        self._process = subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            start_new_session=True,
            pass_fds=tuple(hold),
        )

    @property
    def pid(self) -> int:
        """Of the guard; the command is its child."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Of the command, None while it runs; 128 + n if signal n ended it."""
        return self._process.poll()

    def wait(self, timeout_seconds: float) -> int:
        """Wait for the command's own end.

        Raises:
            subprocess.TimeoutExpired: it has been stopped then.
        """
        try:
            code = self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.stop(0)
            raise
        self._close()
        return code

    def stop(self, timeout_seconds: float) -> None:
        """End the command and everything below it; kill the guard if that takes longer than the timeout."""
        self._close()
        try:
            self._process.wait(timeout_seconds + 12)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _close(self) -> None:
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
