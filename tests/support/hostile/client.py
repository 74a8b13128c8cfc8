"""Starts rigs, each in a network namespace of its own, and hands them cases side by side."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.hostile.case import Outcome

PROJECT = Path(__file__).parents[3]
ORDER_SECONDS = 100.0
_OWN_NETWORK = ["unshare", "--net", "--mount"]
_AS_USER = ["--user", "--map-root-user"]
_CURE = (
    "hostile pages are filmed in a network namespace of their own, and this machine makes none: run the "
    "tests as root with CAP_SYS_ADMIN, or let users make namespaces (sysctl user.max_user_namespaces, "
    "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns; in a container also its "
    "seccomp profile)"
)


class NoNamespace(Exception):
    """The rig can't have a network of its own here; the text says what would help."""


def own_network() -> list[str]:
    """The command before a command that gives it a network of its own. Raises NoNamespace."""
    said = []
    for command in (_OWN_NETWORK, [*_OWN_NETWORK, *_AS_USER]):
        try:
            tried = subprocess.run([*command, "true"], capture_output=True, text=True, timeout=20)
        except OSError as error:
            raise NoNamespace(f"{_CURE}: {error}") from error
        if tried.returncode == 0:
            return command
        said.append(tried.stderr.strip())
    raise NoNamespace(f"{_CURE}: {'; '.join(said)}")


@dataclass(order=True)
class _Order:
    """What a rig is to do. turn: lower goes first; content: nothing for the end of the day."""

    turn: int
    number: int
    content: dict[str, Any] = field(default_factory=dict, compare=False)
    answer: Future[Any] = field(default_factory=Future, compare=False)


class Rigs:
    """So many rigs side by side, each taking one order after the other from one list."""

    def __init__(self, folder: Path, count: int) -> None:
        self._orders: queue.PriorityQueue[_Order] = queue.PriorityQueue()
        self._known: dict[str, Future[Any]] = {}
        command = own_network()
        self._threads = [
            threading.Thread(target=self._work, args=(command, folder / f"rig-{number}"))
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def expect(self, cases: Iterable[str]) -> None:
        """Begin with these cases; `outcome` waits for each."""
        for case in cases:
            self._order(case, {"case": case}, urgent=False)

    def outcome(self, case: str, *, without_bypass_rule: bool = False) -> Outcome:
        key = f"{case} without the bypass rule" if without_bypass_rule else case
        order = self._order(key, {"case": case, "without_bypass_rule": without_bypass_rule})
        return Outcome(**order.result())

    def control(self) -> list[str]:
        """What a rig counts when each of its listeners is called."""
        hits: list[str] = self._order("control", {"control": True}).result()
        return hits

    def call_unshielded(self, *, with_flags: bool) -> list[str]:
        """Where WebRTC calls from a tab without our shield, in a browser with or without our flags for it."""
        order = {"unshielded": True, "with_flags": with_flags}
        hits: list[str] = self._order(f"unshielded {with_flags}", order).result()
        return hits

    def close(self) -> None:
        while not self._orders.empty():
            self._orders.get_nowait()
        for _ in self._threads:
            self._orders.put(_Order(0, 0))
        for thread in self._threads:
            thread.join()

    def _order(self, key: str, content: dict[str, Any], *, urgent: bool = True) -> Future[Any]:
        if key not in self._known:
            order = _Order(1 if urgent else 2, len(self._known), content)
            self._known[key] = order.answer
            self._orders.put(order)
        return self._known[key]

    def _work(self, command: list[str], folder: Path) -> None:
        folder.mkdir()
        log = folder / "stderr"
        order = self._orders.get()
        while order.content:
            with log.open("ab") as errors, _child(command, folder, errors) as rig:
                while order.content and _serve(rig, order, log):
                    order = self._orders.get()
            if order.content:  # the rig died over it
                order = self._orders.get()


def _child(command: list[str], folder: Path, errors: Any) -> subprocess.Popen[str]:
    network = [*command, sys.executable, "-m", "tests.support.hostile.rig", str(folder)]
    return subprocess.Popen(
        network, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
    )


def _serve(rig: subprocess.Popen[str], order: _Order, log: Path) -> bool:
    """Pass on an order and its answer; whether the rig can take another."""
    assert rig.stdin is not None and rig.stdout is not None  # they are pipes
    killer = threading.Timer(ORDER_SECONDS, rig.kill)
    killer.start()
    try:
        rig.stdin.write(json.dumps(order.content) + "\n")
        rig.stdin.flush()
        line = rig.stdout.readline()
    except OSError:
        line = ""
    finally:
        killer.cancel()
    if line:
        order.answer.set_result(json.loads(line))
        return True
    last_words = log.read_text(errors="replace")[-2000:]
    order.answer.set_exception(RuntimeError(f"the rig died over {order.content}: {last_words}"))
    return False
