"""The cold start: what importing the handler takes, and whose packages take it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.measure import RunFailed

OURS = ("functions", "shared")
PYTHON = "Python's own library"
_SECONDS = 60
_HANDLER = "functions.api.handler"
_TIMED = """
import json, sys, time
def timed(names):
    started = time.perf_counter()
    for name in names:
        try:
            __import__(name)
        except ImportError:
            pass  # it is there in another shape, such as a module that a package makes itself
    return (time.perf_counter() - started) * 1000
print(json.dumps([timed(names) for names in json.loads(sys.stdin.read())]))
"""
_LOADED = f"""
import json, sys
before = set(sys.modules)
import {_HANDLER}
print(json.dumps([name for name, module in sys.modules.items()
                  if name not in before and getattr(module, "__spec__", None) is not None]))
"""
_FIRST = """
import json, sys, time
from types import SimpleNamespace
event = json.loads(sys.stdin.read())
def timed(work):
    started = time.perf_counter()
    result = work()
    return (time.perf_counter() - started) * 1000, result
imported, module = timed(lambda: __import__("functions.api.handler", fromlist=["handler"]))
times = [imported]
for _ in range(3):
    took, answer = timed(lambda: module.handler(event, SimpleNamespace()))
    assert answer["statusCode"] == 200, answer
    times.append(took)
from functions.api.app import make_app
made, app = timed(make_app)
document, _ = timed(app.openapi)
print("\\n" + json.dumps([*times, made, document]))
"""


@dataclass(frozen=True)
class Start:
    """Milliseconds, each the median of all runs.

    handler: importing it. packages: importing all that is not ours of it, alone. ours: importing the handler
    after that. by_package: what each takes by itself. import_and_first, first, later: a GET in a fresh
    process, through Mangum. app: making the application. document: describing it.
    """

    handler: float
    packages: float
    ours: float
    by_package: Mapping[str, float]
    import_and_first: float
    first: float
    later: float
    app: float
    document: float


def play(event: Mapping[str, object], environment: Mapping[str, str], runs: int) -> Start:
    """Fresh interpreters, in turn; the first, which compiles, is not counted. Raises RunFailed."""
    loaded: list[str] = json.loads(_run(["-c", _LOADED], "", environment)[0])
    others = [name for name in loaded if name.partition(".")[0] not in OURS]
    handlers, pairs, own, firsts = [], [], [], []
    for number in range(runs + 1):
        handler = _timed([[_HANDLER]], environment)
        pair = _timed([others, [_HANDLER]], environment)
        each = _by_package(others, environment)
        first = _first(event, environment)
        if number:
            handlers += handler
            pairs.append(pair)
            own.append(each)
            firsts.append(first)
    imported, first, second, later, app, document = (median(times) for times in zip(*firsts, strict=True))
    del second  # it opens what the first left closed
    return Start(
        handler=median(handlers),
        packages=median(packages for packages, _ in pairs),
        ours=median(ours for _, ours in pairs),
        by_package={name: median(each.get(name, 0.0) for each in own) for name in own[0]},
        import_and_first=imported + first,
        first=first,
        later=later,
        app=app,
        document=document,
    )


def _timed(names: Sequence[Sequence[str]], environment: Mapping[str, str]) -> list[float]:
    """What importing each of these lists took, one after the other in one process."""
    times: list[float] = json.loads(_run(["-c", _TIMED], json.dumps(names), environment)[0])
    return times


def _first(event: Mapping[str, object], environment: Mapping[str, str]) -> list[float]:
    said, _ = _run(["-c", _FIRST], json.dumps(event), environment)
    times: list[float] = json.loads(said.strip().splitlines()[-1])
    return times


def _by_package(names: Sequence[str], environment: Mapping[str, str]) -> dict[str, float]:
    _, told = _run(["-X", "importtime", "-c", _TIMED], json.dumps([names]), environment)
    return by_package(told)


def by_package(told: str) -> dict[str, float]:
    """Milliseconds by package, of what `-X importtime` says, the longest first."""
    total: dict[str, float] = defaultdict(float)
    for line in told.splitlines():
        own, _, rest = line.removeprefix("import time:").partition("|")
        name = rest.rpartition("|")[2].strip()
        if own.strip().isdigit():
            total[_package(name)] += int(own) / 1000
    return dict(sorted(total.items(), key=lambda pair: -pair[1]))


def _package(module: str) -> str:
    top = module.partition(".")[0]
    return PYTHON if top in sys.stdlib_module_names or top.startswith("_sysconfig") else top


def _run(arguments: Sequence[str], given: str, environment: Mapping[str, str]) -> tuple[str, str]:
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            input=given,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
            env=dict(environment),
            cwd=Path(environment["LEADREEL_HOME"]),
        )
    except subprocess.CalledProcessError as error:
        raise RunFailed(f"a fresh Python failed: {error.stderr[-500:]}") from error
    except subprocess.TimeoutExpired as error:
        raise RunFailed(f"a fresh Python took longer than {_SECONDS} s") from error
    return done.stdout, done.stderr
