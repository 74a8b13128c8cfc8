"""Hostile pages, filmed in a network where everything that they must not reach is there and listens."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.hostile.cases import CASES
from tests.support.hostile.client import NoNamespace, Rigs
from tests.support.hostile.vectors import EIGHT
from tests.support.hostile.world import FORBIDDEN, PORTS, UDP_PORTS

SIDE_BY_SIDE = 2


@pytest.fixture(scope="module")
def rigs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rigs]:
    try:
        rigs = Rigs(tmp_path_factory.mktemp("rigs"), SIDE_BY_SIDE)
    except NoNamespace as error:
        pytest.fail(str(error))
    calls = (getattr(item, "callspec", None) for item in request.session.items)
    rigs.expect(call.params["name"] for call in calls if call and call.params.get("name") in CASES)
    yield rigs
    rigs.close()


def test_every_listener_counts(rigs: Rigs) -> None:
    hits = set(rigs.control())
    for address in (address.split("%")[0] for address in FORBIDDEN):
        for port in PORTS:
            seen = {
                hit for hit in hits if hit.startswith("tcp ") and f"{address}" in hit and f":{port}" in hit
            }
            assert any(hit.endswith("GET /control") for hit in seen), (address, port)
            assert f"packet tcp {address}:{port}" in hits
        for port in (*UDP_PORTS, 53, 1900):
            assert f"packet udp {address}:{port}" in hits


def test_without_the_bypass_rule_each_of_the_eight_ways_reaches_loopback(rigs: Rigs) -> None:
    hits = rigs.outcome("eight-in-frames", without_bypass_rule=True).hits
    reached = {hit.rpartition("/")[2] for hit in hits if hit.startswith("tcp 127.0.0.1:9001 ")}
    assert reached == set(EIGHT)


def test_web_rtc_is_kept_in_by_flags_alone_and_calls_out_without_them(rigs: Rigs) -> None:
    assert "udp 127.0.0.1:3478" in rigs.call_unshielded(with_flags=False)
    assert rigs.call_unshielded(with_flags=True) == []


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_page_reaches_nothing_and_ends(name: str, rigs: Rigs) -> None:
    case, outcome = CASES[name], rigs.outcome(name)
    if outcome.ended == "filmed":
        assert case.ends in {"", "filmed"} or case.ends.startswith("filmed|"), "it was filmed"
    else:
        assert case.ends, outcome.ended
        assert re.search(case.ends, outcome.ended)
    assert outcome.seconds < 60
    assert outcome.hits == []
    assert outcome.direct == []
    assert outcome.strays == []
    assert outcome.leftovers == []
    assert outcome.leaks == []
    assert outcome.requests <= case.most_requests
    assert outcome.megabytes <= case.most_megabytes
    assert not {asked for asked in case.unasked if asked in outcome.asked}
