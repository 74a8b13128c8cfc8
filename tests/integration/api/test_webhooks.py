"""Webhooks over HTTP: made, tried, looked into and told again; secrets are said once and kept sealed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import KeptAnswer
from shared.webhooks import announce, deliver_due
from tests.support.api import Api, served_api
from tests.support.receiver import Answer, Receiver, is_signed

PATH = "/api/v1/webhooks"
KEY = {"Idempotency-Key": "b2c1"}

pytestmark = pytest.mark.usefixtures("nothing_to_send")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as served:
        yield served


@pytest.fixture
def api(database: Database, workspace_id: int, tmp_path: Path, receiver: Receiver) -> Iterator[Api]:
    with served_api(database, workspace_id, tmp_path, webhook_allow_hosts=(receiver.pair,)) as served:
        yield served


def ask(api: Api, method: str, path: str = PATH, **options: Any) -> Any:
    return api.ask(method, path, **{"role": "admin", **options})


def added(api: Api, receiver: Receiver, **fields: Any) -> dict[str, Any]:
    answer = ask(api, "POST", json={"url": receiver.url, "events": ["video.ready"], **fields})
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def deliver(api: Api) -> None:
    deliver_due(api.tools.database, api.tools.settings)


def test_a_secret_is_said_once(api: Api, receiver: Receiver) -> None:
    first = ask(api, "POST", json={"url": receiver.url, "events": ["video.ready", "video.ready"]})
    webhook = first.json()
    assert first.headers["location"] == f"{PATH}/{webhook['id']}"
    assert (webhook["events"], webhook["enabled"]) == (["video.ready"], True)
    assert webhook["secret"].startswith("whsec_")
    shown = ask(api, "GET", first.headers["location"])
    assert shown.json() == webhook | {"secret": None}
    assert ask(api, "GET").json()["items"] == [webhook | {"secret": None}]
    rotated = ask(api, "POST", f"{PATH}/{webhook['id']}/rotate-secret").json()
    assert rotated["secret"].startswith("whsec_") and rotated["secret"] != webhook["secret"]
    told = ask(api, "GET", "/api/v1/audit").text
    assert "whsec_" not in told and "rotateWebhookSecret" in told


@pytest.mark.parametrize("what", ["webhooks", "machine-clients"])
def test_an_answer_with_a_secret_is_kept_sealed(
    what: str, api: Api, receiver: Receiver, database: Database
) -> None:
    body, name = {
        "webhooks": ({"url": receiver.url, "events": ["video.ready"]}, "secret"),
        "machine-clients": ({"name": "CRM"}, "client_secret"),
    }[what]
    first = ask(api, "POST", f"/api/v1/{what}", json=body, headers=KEY)
    again = ask(api, "POST", f"/api/v1/{what}", json=body, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    secret = first.json()[name].removeprefix("whsec_")
    with database.workspace(api.workspace_id) as session:
        kept = session.execute(text("SELECT k::text FROM kept_answers k")).scalars().all()
        assert len(kept) == 1 and secret not in kept[0]
        assert session.scalars(select(KeptAnswer.status)).one() == 201


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1/hook", "points at a private address"),
        ("https://localhost/hook", "points at a private address"),
        ("http://93.184.215.14/hook", "https:// addresses only"),
        ("https://93.184.215.14:9000/hook", "only ports 80 and 443"),
        ("nowhere", "It is not a URL"),
    ],
)
def test_an_address_that_may_not_be_is_refused_with_the_reason(
    url: str, why: str, api: Api, receiver: Receiver
) -> None:
    refused = ask(api, "POST", json={"url": url, "events": ["video.ready"]})
    assert (refused.status_code, why in refused.json()["detail"]) == (422, True), refused.text
    webhook = added(api, receiver)
    moved = ask(api, "PATCH", f"{PATH}/{webhook['id']}", json={"url": url})
    assert (moved.status_code, why in moved.json()["detail"]) == (422, True), moved.text


@pytest.mark.parametrize("fields", [{"events": []}, {"events": ["ping"]}, {"secret": "mine"}, {"url": None}])
def test_fields_that_are_wrong(fields: dict[str, Any], api: Api, receiver: Receiver) -> None:
    body = {"url": receiver.url, "events": ["video.ready"], **fields}
    assert ask(api, "POST", json=body).status_code == 422
    assert ask(api, "PATCH", f"{PATH}/{added(api, receiver)['id']}", json=fields).status_code == 422


def test_a_test_arrives(api: Api, receiver: Receiver) -> None:
    receiver.answers = [Answer(500, body=b"out of order"), Answer(200)]
    webhook = added(api, receiver, events=["batch.finished"])
    queued = ask(api, "POST", f"{PATH}/{webhook['id']}/test")
    assert (queued.status_code, queued.json()["status"]) == (202, "pending")
    deliver(api)
    [got] = receiver.got
    assert is_signed(webhook["secret"], got) and b'"type":"ping"' in got.body
    where = queued.headers["location"]
    told = ask(api, "GET", where).json()
    assert (told["event"], told["status"], told["attempts"]) == ("ping", "pending", 1)
    [attempt] = told["log"]
    assert (attempt["status_code"], attempt["answer"]) == (500, "out of order")

    again = ask(api, "POST", f"{where}/replay", headers=KEY)
    assert (again.status_code, again.json()["event_id"]) == (202, told["event_id"])
    deliver(api)
    assert [got.id for got in receiver.got] == [told["event_id"]] * 2
    told = ask(api, "GET", where).json()
    assert (told["status"], told["next_attempt_at"]) == ("delivered", None)
    assert [attempt["status_code"] for attempt in told["log"]] == [200, 500]
    assert ask(api, "POST", f"{where}/replay", headers=KEY).headers["idempotency-replayed"] == "true"
    assert ask(api, "GET", where).json()["status"] == "delivered"


def test_the_log_is_paged_and_narrowed(api: Api, receiver: Receiver, database: Database) -> None:
    webhook = added(api, receiver, events=["video.ready", "video.failed"])
    other = added(api, receiver, events=["video.failed"])
    where = f"{PATH}/{webhook['id']}/deliveries"
    with database.workspace(api.workspace_id) as session:
        for event in ("video.ready", "video.failed", "video.ready"):
            announce(session, api.workspace_id, event, {"video_id": 1})

    def found(**params: Any) -> list[str]:
        return [item["event"] for item in ask(api, "GET", where, params=params).json()["items"]]

    assert found() == ["video.ready", "video.failed", "video.ready"]
    assert (found(status="delivered"), len(found(status="pending"))) == ([], 3)
    assert (found(event="video.failed"), found(event="ping")) == (["video.failed"], [])
    first = ask(api, "GET", where, params={"limit": 2})
    following = first.headers["link"].partition(";")[0].strip("<>")
    assert len(ask(api, "GET", following).json()["items"]) == 1
    elsewhere = f"{PATH}/{other['id']}/deliveries/{first.json()['items'][0]['id']}"
    assert ask(api, "GET", elsewhere).status_code == 404
    assert ask(api, "POST", f"{elsewhere}/replay").status_code == 404
    assert ask(api, "DELETE", f"{PATH}/{webhook['id']}").status_code == 204
    assert ask(api, "GET", where).status_code == 404


def test_a_disabled_one_is_sent_nothing_until_it_is_enabled(
    api: Api, receiver: Receiver, database: Database
) -> None:
    receiver.answers = [Answer(410), Answer(200)]
    webhook = added(api, receiver)
    queued = ask(api, "POST", f"{PATH}/{webhook['id']}/test").headers["location"]
    deliver(api)
    where = f"{PATH}/{webhook['id']}"
    shown = ask(api, "GET", where)
    assert (shown.json()["enabled"], "410" in shown.json()["disabled_reason"]) == (False, True)
    for path in (f"{where}/test", f"{queued}/replay"):
        assert ask(api, "POST", path).status_code == 409
    enabled = ask(
        api, "PATCH", where, json={"enabled": True}, headers={"If-Match": shown.headers["etag"]}
    ).json()
    assert (enabled["enabled"], enabled["disabled_reason"], enabled["url"]) == (True, None, receiver.url)
    assert ask(api, "POST", f"{queued}/replay").status_code == 202
    deliver(api)
    assert ask(api, "GET", queued).json()["status"] == "delivered"


def test_workspaces_tell_each_other_nothing(api: Api, receiver: Receiver, database: Database) -> None:
    other = open_workspace(database, f"other than {api.workspace_id}")
    mine = added(api, receiver)
    with database.workspace(other) as session:
        announce(session, other, "video.ready", {"video_id": 1})
    assert ask(api, "GET", f"{PATH}/{mine['id']}/deliveries").json()["items"] == []
    assert ask(api, "GET", workspace_id=other).json()["items"] == []


def test_there_are_so_many_and_no_more(api: Api, receiver: Receiver) -> None:
    for _ in range(50):
        added(api, receiver)
    refused = ask(api, "POST", json={"url": receiver.url, "events": ["video.ready"]})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:leadreel:problem:conflict")


def test_without_a_key_no_secret_is_made(database: Database, workspace_id: int, tmp_path: Path) -> None:
    with served_api(database, workspace_id, tmp_path, secrets_key=None) as api:
        body = {"url": "https://93.184.215.14/", "events": ["video.ready"]}
        refused = ask(api, "POST", json=body)
        assert (refused.status_code, "SECRETS_KEY is not set" in refused.json()["detail"]) == (422, True)
        assert ask(api, "GET").json()["items"] == []
