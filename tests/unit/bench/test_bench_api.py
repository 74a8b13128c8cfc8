"""The API's benchmark: whose milliseconds they are, and goals said as they are."""

from __future__ import annotations

import pytest

from bench.answering.invoked import Invoked
from bench.answering.load import Load
from bench.answering.starting import PYTHON, Start, by_package
from bench.answering.tables import Pair, Throughput, goals, throughput

TOLD = """import time: self [us] | cumulative | imported package
import time:      1500 |       1500 |     pydantic.main
import time:       500 |       2000 |   pydantic
import time:      9000 |      11000 | fastapi
import time:      1000 |       1000 | json.decoder
something that a package prints
"""


def start(ours: float) -> Start:
    return Start(400, 400 - ours, ours, {}, 500, 100, 2, 5, 300)


def asked(*pairs: tuple[float, float, float]) -> Throughput:
    """pairs: our answers a second, the bare route's, and our p99 / p50 under half of the load."""
    full = [Pair(Load(8, ours, 8, 9, 20, 40), Load(8, bare, 8, 9, 20, 40)) for ours, bare, _ in pairs]
    half = [
        Pair(Load(4, ours, 2, 3, 2 * spread, 20), Load(4, bare, 2, 3, 5, 9)) for ours, bare, spread in pairs
    ]
    chance = [
        Pair(Load(16, ours / 2, 2, 3, 9, 20), Load(16, bare / 2, 2, 3, 8, 9)) for ours, bare, _ in pairs
    ]
    return Throughput(full, half, chance, Invoked(200, 4, 9, 700))


def test_each_package_has_its_own_milliseconds() -> None:
    found = by_package(TOLD)
    assert found == pytest.approx({"fastapi": 9, "pydantic": 2, PYTHON: 1})
    assert list(found) == ["fastapi", "pydantic", PYTHON]


def test_goals_are_judged_by_medians_of_pairs() -> None:
    judged = goals(start(61), asked((600, 1000, 2), (300, 400, 2.5), (900, 1600, 9)))
    assert [(goal.reached, goal.met) for goal in judged] == [
        ("61 ms", False), ("60%", True), ("2.5 ×", True),
    ]  # fmt: skip
    assert [goal.met for goal in goals(None, None)] == [None] * 3


def test_the_table_has_all_loads_of_both_and_lambdas_path() -> None:
    rows = throughput(asked((600, 1000, 2))).splitlines()
    assert rows[2] == "| Leadreel, saturating | 8 | 600 | 8.00 | 9.00 | 20.00 | 2.5 |"
    assert rows[5].startswith("| the bare route, half of it | 4 | 1000 |")
    assert rows[7].startswith("| the bare route, half as often, by chance | 16 | 500 |")
    assert rows[8].startswith("| Leadreel through the Runtime API")
    assert "| 200 | 4.00 |  | 9.00 | 2.2 |" in rows[8]
