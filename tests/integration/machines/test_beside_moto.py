"""Every definition, run by our interpreter and by the one of a moto server: the same states are visited, the
same functions are called with the same events, and it ends alike.

Left out, because moto runs them otherwise than AWS:
- a Map whose children all fail: it ends SUCCEEDED there, so only one of a Map's two children fails here;
- Lambda's own errors: any is called "Exception" there, so that of a busy Lambda is told as a function's;
- a Map of hundreds: with 1,200 items it hangs for good;
- causes: of States.Timeout, which it leaves empty; of SendTaskFailure, which its server loses;
- States.Timeout in a Map: what the Map fails with is States.Runtime there, "Custom Error Names MUST NOT …".
A retry to the end of the thirty of `start videos` would take minutes; `fail` has States.ALL too, and five.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import Any

import pytest

from local.product import PROJECT
from tests.support.beside_moto import (
    BUSY,
    DIES,
    SLEEPS,
    YES,
    Case,
    Played,
    answers,
    raises,
    states_of,
    theatre,
)

MACHINES = sorted(path.name.split(".")[0] for path in (PROJECT / "functions").glob("*.asl.json"))
NUMBERS = itertools.count(1)
INPUTS: dict[str, dict[str, Any]] = {
    "pipeline": {"video_id": 2, "approve": {"script": False, "voice": False}},
    "voiceover": {"video_id": 2, "approve": {"script": True, "voice": True}},
    "batch": {"batch_id": 2, "attempt": 1, "part": 1, "rounds": 0},
}
REASON = {"error": "Failed", "cause": "the reason, for a person"}
NOTHING, NONE = answers({}), MappingProxyType[str, Any]({})
BOTH = {"script": True, "voice": True}
STALE, NO = {"approved": False}, ("Rejected", "too dull")
GOES_WELL = {
    "fail": [answers(REASON)],
    "start_videos": [answers({"done": done, "wait_seconds": 0}) for done in (False, False, True)],
}
TWICE = 2
pytestmark = pytest.mark.timeout(600)  # the first test waits for all that is played
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAMED_BY_MOTO = "Custom Error Names MUST NOT begin with the prefix 'States.', got 'States.Timeout'"
OF_ONE_RUN = {"requestId", "stackTrace", "task_token"}


def document(machine: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((PROJECT / "functions" / f"{machine}.asl.json").read_text())
    return read


def tasks(machine: str) -> dict[str, str]:
    """What a script calls the function of each Task but `fail`: in a Map, of its second child alone."""
    found = {}
    for name, state in states_of(document(machine)).items():
        if state["Type"] == "Task" and name != "fail":
            function = state.get("Parameters", {}).get("FunctionName") or state["Resource"]
            which = {"record scene": " r/2", "encode shot": " e/2", "approve script": " script",
                     "approve voice": " voice"}.get(name, "")  # fmt: skip
            found[name] = function.removeprefix("${").removesuffix("}") + which
    return found


def case(machine: str, script: Any = NONE, decisions: Any = (YES, YES), *shortened: str, **more: Any) -> Case:
    """more: of the run's input."""
    number = next(NUMBERS)
    value = {"workspace_id": number, **INPUTS.get(machine, {"video_id": 2}), **more}
    if machine in {"pipeline", "recording"}:
        value["page_job"] = f"{number}/page"
    plan = {"jobs": [f"{number}/r/1", f"{number}/r/2"], "clips": [f"{number}/e/1", f"{number}/e/2"]}
    planned = [{**act, "answer": plan} if act == NOTHING else act for act in script.get("plan", [NOTHING])]
    whole = {**GOES_WELL, **script, "plan": planned}
    return Case(number, machine, value, whole, decisions, frozenset(shortened))


def after(machine: str, name: str, *acts: dict[str, Any]) -> Case:
    """These acts first, then what goes well."""
    return case(machine, {name: [*acts, *GOES_WELL.get(name, [NOTHING])]})


def of_tasks(machine: str) -> Iterator[tuple[str, Case]]:
    """Each Task failing for good, and taking too long."""
    names = tasks(machine)
    for state, name in names.items():
        if state == "start videos":  # it is tried again whatever it was
            yield "start videos, Permanent", after(machine, name, raises("Permanent"))
            once = {name: [SLEEPS, *GOES_WELL[name]]}
            yield "start videos, too long", replace(case(machine, once, (), state), seconds=3)
            continue
        more = {"approve": BOTH} if state in {"approve script", "approve voice", "sample"} else {}
        yield f"{state}, catch", case(machine, {name: [raises("Permanent")]}, **more)
        if state.startswith("approve"):  # nobody decides
            decisions = (YES,) if state == "approve voice" else ()
            yield f"{state}, timeout", case(machine, {}, decisions, state, **more)
        else:
            yield f"{state}, timeout", case(machine, {name: [SLEEPS]}, (YES, YES), state, **more)


def of_machine(machine: str) -> Iterator[tuple[str, Case]]:
    names = tasks(machine)
    both = names | {"other child": "record r/1", "and of encode": "encode e/1"}
    first = next(iter(names.values()))
    again = [raises("Retryable")] * TWICE
    more = {"approve": BOTH} if machine in {"pipeline", "voiceover"} else {}
    retried = {name: [*again, *GOES_WELL.get(name, [NOTHING])] for name in both.values()}
    yield "success", case(machine, **more)
    yield "retry", case(machine, retried, **more)
    yield "a function's own time is up", after(machine, first, SLEEPS)
    yield "a function dies", after(machine, first, DIES)
    yield "Lambda is busy", after(machine, first, *[BUSY] * 4)
    if machine != "batch":
        yield "retries are used up", case(machine, {first: [raises("Retryable")]})
        yield (
            "failing fails at first",
            case(
                machine, {first: [raises("Permanent")], "fail": [DIES, raises("Retryable"), answers(REASON)]}
            ),
        )
    yield from of_tasks(machine)


def of_approvals(machine: str) -> Iterator[tuple[str, Case]]:
    for name, script, voice, decisions in (
        ("nobody approves", False, False, ()),
        ("the script alone", True, False, (YES,)),
        ("the voice alone", False, True, (YES,)),
        ("an edit while the voice waits", True, True, (YES, STALE, YES, YES)),
        ("a rejected script", True, True, (NO,)),
        ("a rejected voice", True, True, (YES, NO)),
    ):
        yield name, case(machine, {}, decisions, approve={"script": script, "voice": voice})
    yield "no word of approval", case(machine, {}, (), approve={})
    stale = [raises("NotApproved"), NOTHING]
    yield "an edit before the sample", case(machine, {"sample": stale}, (YES,) * 3, approve=BOTH)
    yield "an edit before the voice", case(machine, {"voice": stale}, (YES,) * 4, approve=BOTH)


def of_vendors(machine: str) -> Iterator[tuple[str, Case]]:
    slow = [*[raises("RateLimited")] * TWICE, NOTHING]
    names = set(tasks(machine).values()) & {"script", "sample", "voice"}
    yield "RateLimited", case(machine, dict.fromkeys(names, slow), approve=BOTH)


CASES = {
    f"{machine}: {name}": one
    for machine in MACHINES
    for cases in (
        of_machine(machine),
        of_approvals(machine) if machine in {"pipeline", "voiceover"} else (),
        of_vendors(machine) if machine in {"pipeline", "voiceover", "script"} else (),
    )
    for name, one in cases
} | {
    "hosting: nobody can be told": case(
        "hosting", {"host": [raises("Permanent")], "fail": [raises("Permanent")]}
    ),
    "hosting: telling takes too long": replace(
        case("hosting", {"host": [raises("Permanent")], "fail": [SLEEPS, answers(REASON)]}, (), "fail"),
        seconds=3,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Played, Played]]:
    """Every case, ours and theirs, many at once."""
    return asyncio.run(play(tmp_path_factory))


async def play(folders: pytest.TempPathFactory) -> dict[str, tuple[Played, Played]]:
    async with theatre(folders.mktemp("theatre")) as stage:
        ours = await asyncio.gather(*(stage.ours(one) for one in CASES.values()))
        theirs = await asyncio.gather(*(stage.theirs(one) for one in CASES.values()))
    return dict(zip(CASES, zip(ours, theirs, strict=True), strict=True))


def in_order(machine: str, states: list[str]) -> list[str]:
    """What runs side by side is put into one order."""
    outside = document(machine)["States"]
    found: list[str] = []
    for _, group in groupby(states, lambda state: state in outside):
        some = list(group)
        found += some if some[0] in outside else sorted(some)
    return found


def plain(value: Any) -> Any:
    """Without what differs from run to run; JSON in a text is read."""
    if isinstance(value, str):
        if value.startswith("{"):
            return plain(json.loads(value))
        return UUID.sub("a request", value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        match value:
            case {"Error": "States.Runtime", "Cause": str(cause)} if cause.startswith(NAMED_BY_MOTO):
                value = {"Error": "States.Timeout"}
            case {"Error": "States.Timeout" | "Rejected" as error}:
                value = {"Error": error}
        return {name: plain(one) for name, one in value.items() if name not in OF_ONE_RUN}
    return value


def calls(run: Played) -> list[str]:
    return sorted(json.dumps([name, plain(event)], sort_keys=True) for name, event in run.calls)


@pytest.mark.parametrize("name", CASES)
def test_both_go_the_same_way(name: str, played: dict[str, tuple[Played, Played]]) -> None:
    ours, theirs = played[name]
    machine = CASES[name].machine
    assert in_order(machine, ours.states) == in_order(machine, theirs.states)
    assert calls(ours) == calls(theirs)
    assert (ours.status, plain(ours.output)) == (theirs.status, plain(theirs.output))
    assert (ours.error, plain(ours.cause)) == (theirs.error, plain(theirs.cause))


@pytest.mark.parametrize("machine", MACHINES)
def test_they_go_the_way_that_is_meant(machine: str, played: dict[str, tuple[Played, Played]]) -> None:
    """Of what both say, so that they can't be wrong together."""
    of = {name.partition(": ")[2]: ours for name, (ours, _) in played.items() if name.startswith(machine)}
    assert {of[name].status for name in ("success", "retry", "Lambda is busy")} == {"SUCCEEDED"}
    once, again = of["success"].called(), of["retry"].called()
    assert again == {name: (TWICE + 1) * count for name, count in once.items()} or machine == "batch"
    top = document(machine)["States"]
    for name, run in of.items():
        state, _, why = name.partition(", ")
        if why in {"catch", "timeout"}:
            assert (run.status, run.error, run.cause) == ("FAILED", *REASON.values()), name
            assert run.states[-2:] == ["fail", "failed"]
            told = json.dumps(run.calls[-1])
            assert ("States.Timeout" if why == "timeout" else "Permanent") in told
        elif name.startswith("start videos"):
            assert (run.status, run.called()["start_videos"]) == ("SUCCEEDED", 4)
    assert set(top) <= {state for run in of.values() for state in run.states}, "a state nobody came to"


def test_approvals_go_the_way_that_is_meant(played: dict[str, tuple[Played, Played]]) -> None:
    for machine in ("pipeline", "voiceover"):
        ours = {name: played[f"{machine}: {name}"][0] for name, _ in of_approvals(machine)}
        asked = {
            name: [event["kind"] for function, event in run.calls if function == "approve"]
            for name, run in ours.items()
        }
        again = ["script", "voice"] * 2
        assert asked == {
            "nobody approves": [], "no word of approval": [],
            "the script alone": ["script"], "the voice alone": ["voice"],
            "an edit while the voice waits": again, "an edit before the voice": again,
            "an edit before the sample": ["script", "script", "voice"],
            "a rejected script": ["script"], "a rejected voice": ["script", "voice"],
        }  # fmt: skip
        rejected = {"a rejected script", "a rejected voice"}
        assert {name for name, run in ours.items() if run.status == "FAILED"} == rejected
