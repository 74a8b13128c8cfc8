"""Runs one command and sees to it that nothing of it outlives whoever started it.

    starter ──(standard input: a pipe)──▶ guard ──▶ command ──▶ whatever the command starts

The guard is a file of its own, without imports from the project, so that `python -I -S` starts it in about
15 ms. The pipe closes when the starter closes it or dies, by `kill -9` too and whichever thread started it
(PDEATHSIG alone would fire when that *thread* ends). Then, and when the command ends, everything below the
guard is killed: as a child subreaper it inherits processes that left their group or lost their parent.
Should the guard itself be killed, PDEATHSIG ends the command.

As root it can run the command as another user that keeps only CAP_DAC_OVERRIDE, which lets it through
folders like /root that only root may enter.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Iterator

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_CHILD_SUBREAPER, PR_CAP_AMBIENT = 1, 8, 36, 47
PR_CAP_AMBIENT_RAISE = 2
PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP = 28, 4
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
KILL_SECONDS = 10.0
LINUX = sys.platform == "linux"


def prctl(option: int, *arguments: int) -> None:
    """The system call; does nothing where there is none. Raises OSError."""
    if not LINUX:
        return
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    if ctypes.CDLL(None, use_errno=True).prctl(option, *padded) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def become(uid: int, gid: int) -> None:
    """Give up root for another user, keeping only the right to pass any folder, if there is one."""
    prctl(PR_SET_KEEPCAPS, 1)
    with contextlib.suppress(OSError):  # else access(2), which Postgres asks, would not know of the right
        prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    with contextlib.suppress(PermissionError):
        os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if not LINUX:
        return
    keep = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(keep, keep, keep, 0, 0, 0)
    if ctypes.CDLL(None).capset(header, sets) == 0:
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE)


def exec_command(command: list[str], user: tuple[int, int] | None, stop: int, guard: int) -> None:
    """In the child: own session, no input, dies with the guard; then become the command."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if user:
            become(*user)
        prctl(PR_SET_PDEATHSIG, stop)  # after the change of user, which clears it
        if os.getppid() == guard:
            os.execvp(command[0], command)  # noqa: S606 - an argument list, never a shell
    except OSError as error:
        os.write(2, f"cannot run {command[0]}: {error.strerror or error}\n".encode())
    os._exit(127)


def children() -> Iterator[int]:
    """Direct children of this process, from /proc (none elsewhere)."""
    if not LINUX:
        return
    me = str(os.getpid())
    for name in os.listdir("/proc"):  # noqa: PTH208 - a plain list of numbers
        if not name.isdigit():
            continue
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123
            if file.read().rpartition(b")")[2].split()[1].decode() == me:
                yield int(name)


def reap(main: int) -> int | None:
    """Collect every child that has ended; the wait status of `main` if it is among them."""
    status = None
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, ended = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == main:
                status = ended
    return status


def kill_everything(main: int) -> None:
    """Kill all that is below the guard. Killing a parent hands its children to the guard, so repeat."""
    limit = time.monotonic() + KILL_SECONDS
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(main, signal.SIGKILL)
    while time.monotonic() < limit:
        left = list(children())
        if not left:
            break
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)
        reap(main)
    reap(main)


def watch(main: int, wakeup: int, stop: int, grace: float) -> int | None:
    """Wait until the command ends; once the starter is gone, ask it to stop and allow it `grace` seconds."""
    sources, deadline = [0, wakeup], None
    while True:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select(sources, [], [], left)
        woken = os.read(wakeup, 512) if wakeup in ready else b""
        status = reap(main)
        if status is not None:
            return status
        if deadline is not None and time.monotonic() >= deadline:
            return None
        gone = 0 in ready and os.read(0, 512) == b""
        if deadline is None and (gone or signal.SIGTERM in woken):
            sources, deadline = [wakeup], time.monotonic() + grace
            with contextlib.suppress(ProcessLookupError):
                os.kill(main, stop)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--user", help="uid:gid to run the command as")
    parser.add_argument("--stop", type=int, default=int(signal.SIGKILL), help="signal that asks it to end")
    parser.add_argument("--orphaned", type=int, default=int(signal.SIGKILL), help="signal if the guard dies")
    parser.add_argument("--grace", type=float, default=0.0, help="seconds it is then allowed")
    parser.add_argument("--hold", type=int, action="append", default=[], help="descriptor to keep open")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()

    for held in options.hold:
        os.set_inheritable(held, False)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    wakeup, write_end = os.pipe()
    os.set_blocking(write_end, False)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    user = tuple(int(part) for part in options.user.split(":")) if options.user else None
    guard, child = os.getpid(), os.fork()
    if child == 0:
        exec_command(options.command, user, options.orphaned, guard)  # type: ignore[arg-type]
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)  # the command's output is not ours to hold open
    os.dup2(nothing, 2)
    status = watch(child, wakeup, options.stop, options.grace)
    kill_everything(child)
    code = os.waitstatus_to_exitcode(status) if status is not None else -int(signal.SIGKILL)
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
