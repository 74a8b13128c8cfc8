"""The same request as Lambda hands it over: Runtime API, awslambdaric, Mangum; one worker, one at a time."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass
from statistics import quantiles

from bench.answering.place import ROOT, Place
from bench.measure import RunFailed
from local.catalogue import read_functions
from local.environment import WorkerEnvironment
from local.workers import Workers

WARM = 50


@dataclass(frozen=True)
class Invoked:
    """first: of a process that is started for it. Milliseconds but for the rate, answers a second."""

    rate: float
    p50: float
    p99: float
    first: float


def play(place: Place, seconds: int) -> Invoked:
    """Raises RunFailed."""
    return asyncio.run(_play(place, seconds))


async def _play(place: Place, seconds: int) -> Invoked:
    functions = {"api": read_functions(ROOT / "functions" / "functions.toml")["api"]}
    environment = WorkerEnvironment(ROOT, os.environ, place.settings, database_url=place.url)
    workers = Workers(functions, environment, place.home)
    payload = json.dumps(place.event).encode()
    try:
        first = await _timed(workers, payload)
        for _ in range(WARM):
            await _timed(workers, payload)
        times, begun = [], time.perf_counter()
        while time.perf_counter() - begun < seconds:
            times.append(await _timed(workers, payload))
        rate = len(times) / (time.perf_counter() - begun)
    finally:
        await workers.stop()
    parts = quantiles(times, n=100)
    return Invoked(rate, parts[49], parts[98], first)


async def _timed(workers: Workers, payload: bytes) -> float:
    begun = time.perf_counter()
    answer = await workers.call("api", payload)
    took = (time.perf_counter() - begun) * 1000
    if answer.failed or json.loads(answer.payload).get("statusCode") != 200:
        raise RunFailed(f"the function answered {answer.payload[:300]!r}")
    return took
