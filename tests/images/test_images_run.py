"""The functions that live in images make a video in them, under Lambda's limits."""

from __future__ import annotations

import io
import json

import av
import pytest

from bench.containers.s3 import Bucket
from bench.containers.video import Made
from bench.containers.worker import Invoked
from functions.catalogue import read_limits

LIMITS = read_limits()
IMAGED = {name: limits for name, limits in LIMITS.items() if limits.image}
ROOM = 0.8
"""Of its memory and of /tmp, a function is to use no more than this for a plain page."""


def of(made: Made, function: str) -> list[Invoked]:
    return [each for each in made.invoked if each.function == function]


def test_the_video_is_made_and_has_no_complaint(made: Made, bucket: Bucket) -> None:
    state = made.state
    assert (state.status, state.reason) == ("completed", None)
    assert state.certificate_verdict == "ok"
    assert state.versions == ("1080p", "720p", "480p")
    storage = bucket.storage()
    assert state.video_key is not None
    with av.open(io.BytesIO(storage.get(state.video_key))) as file:
        video = file.streams.video[0]
        assert (video.width, video.height) == (1920, 1080)
        assert sum(1 for _ in file.decode(video=0)) == round((state.duration_seconds or 0) * 30)


def test_every_function_of_an_image_worked_in_its_container_at_the_first_try(made: Made) -> None:
    worked = {each.function for each in made.invoked}
    assert {"check_page", "record", "encode", "compose"} <= worked <= set(IMAGED)
    assert [each for each in made.invoked if each.failed] == []


def test_everything_is_filmed_by_one_browser(made: Made, bucket: Bucket) -> None:
    storage = bucket.storage()
    results = [key for key in storage.keys("recordings/") if key.endswith("/result.json")]
    browsers = {json.loads(storage.get(key))["work"]["browser_version"] for key in results}
    assert len(results) > 2 and len(browsers) == 1
    assert browsers.pop().startswith("HeadlessChrome/")


@pytest.mark.parametrize("function", IMAGED)
def test_it_starts_and_works_well_within_its_limits(function: str, made: Made) -> None:
    limits = IMAGED[function]
    for each in of(made, function):
        assert each.seconds < 0.5 * limits.timeout_seconds
        assert each.used_mb < ROOM * limits.memory_mb
        assert each.disk_mb < ROOM * limits.disk_mb
        # AWS starts a function anew if its initialisation takes longer
        assert each.init_seconds is None or each.init_seconds < 10


@pytest.mark.parametrize("function", ["check_page", "record"])
def test_the_recorder_needs_one_prefix_of_one_bucket(function: str, made: Made, bucket: Bucket) -> None:
    calls = [call for call in bucket.calls if call.who == function]
    assert calls
    assert {call.action for call in calls} == {"s3:GetObject", "s3:PutObject"}  # it lists nothing
    assert all(call.resource.startswith(f"arn:aws:s3:::{bucket.name}/recordings/") for call in calls)


def test_each_function_asks_for_what_its_table_grants_and_no_more(made: Made, bucket: Bucket) -> None:
    asked = {call.who for call in bucket.calls}
    assert {"check_page", "voice", "plan", "record", "encode", "compose", "host"} <= asked
    for call in bucket.calls:
        if call.who not in LIMITS:
            continue
        table, key = LIMITS[call.who], call.resource.partition("/")[2]
        if call.action == "s3:ListBucket":
            assert table.lists, call
            continue
        granted = {
            "s3:GetObject": table.reads, "s3:PutObject": table.writes, "s3:DeleteObject": table.deletes,
        }[call.action]  # fmt: skip
        assert any(key.startswith(f"{folder}/") for folder in granted), call
