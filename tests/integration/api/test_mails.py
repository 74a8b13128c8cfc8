"""Mail with hosted videos, over HTTP: asked for, shown, and told why not."""

from __future__ import annotations

from typing import Any

import pytest

from shared.database.models import HostedVideo, Lead
from shared.mail import send_due
from tests.support.api import Api
from tests.support.parts import Parts

pytestmark = pytest.mark.usefixtures("nothing_to_send")
ANA = {"name": "Ana Silva", "company": "Acme", "email": "ana@acme.example"}


@pytest.fixture
def video(parts: Parts) -> int:
    lead = parts.add(Lead(**ANA, variables={}))
    return parts.hosted(lead_id=lead, composed_video_id=parts.composed(lead_id=lead))


def mails_of(video: int) -> str:
    return f"/api/v1/videos/hosted/{video}/mails"


def send(api: Api) -> int:
    return send_due(api.tools.database, api.tools.storage, api.tools.settings)


def problem_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["detail"]


def test_a_video_is_mailed_to_its_lead(api: Api, video: int) -> None:
    asked = api.ask("POST", mails_of(video), json={"message": "Hello Ana,\nhave a look."})
    assert asked.status_code == 202, asked.text
    mail = asked.json()
    assert asked.headers["location"] == f"{mails_of(video)}/{mail['id']}"
    assert (mail["email"], mail["subject"], mail["status"]) == ("ana@acme.example", "For Ana", "pending")
    assert send(api) == 1
    sent = api.ask("GET", asked.headers["location"]).json()
    assert (sent["status"], sent["sent_by"], sent["attempts"]) == ("sent", "outbox", 1)
    assert sent["sent_at"] and sent["message_id"].endswith(".eml")
    assert sent["message"] == "Hello Ana,\nhave a look."


def test_a_key_sends_it_once(api: Api, video: int) -> None:
    twice = [
        api.ask("POST", mails_of(video), json={}, headers={"Idempotency-Key": "one"}).json()["id"]
        for _ in range(2)
    ]
    assert twice[0] == twice[1]
    assert send(api) == 1


def test_mails_are_listed(api: Api, video: int) -> None:
    for _ in range(3):
        api.ask("POST", mails_of(video), json={})
    assert send(api) == 3
    api.ask("POST", mails_of(video), json={"email": "bo@acme.example"})
    listed = api.ask("GET", mails_of(video)).json()["items"]
    assert [each["status"] for each in listed] == ["pending", "sent", "sent", "sent"]
    assert len(api.ask("GET", mails_of(video), params={"status": "sent"}).json()["items"]) == 3
    first = api.ask("GET", mails_of(video), params={"limit": 2})
    assert "next" in first.headers["link"]


def test_what_cannot_be_mailed_is_said(api: Api, parts: Parts, video: int) -> None:
    nobody = parts.hosted(lead_id=parts.lead())
    assert problem_of(api.ask("POST", mails_of(nobody), json={})) == (
        409, "the lead has no email: give one here, or to the lead",
    )  # fmt: skip
    parts.set(HostedVideo, video, privacy="private")
    assert problem_of(api.ask("POST", mails_of(video), json={})) == (
        409, f"hosted video {video} is private: a mail would lead nowhere",
    )  # fmt: skip
    assert api.ask("POST", mails_of(999_999), json={}).status_code == 404
    assert api.ask("GET", f"{mails_of(nobody)}/999999").status_code == 404


def test_a_mail_is_its_video_s(api: Api, parts: Parts, video: int) -> None:
    mail = api.ask("POST", mails_of(video), json={}).json()["id"]
    other = parts.hosted(lead_id=parts.lead())
    assert problem_of(api.ask("GET", f"{mails_of(other)}/{mail}")) == (
        404, f"hosted video {other} has no mail {mail}",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@b.example, c@d.example"}, "email"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "email"),
        ({"subject": ""}, "subject"),
        ({"subject": "a\r\nBcc: c@d.example"}, "subject"),
        ({"subject": "a\n"}, "subject"),
        ({"message": "x" * 5001}, "message"),
        ({"body": "x"}, "body"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, str], where: str, api: Api, video: int) -> None:
    answer = api.ask("POST", mails_of(video), json=fields)
    assert answer.status_code == 422
    assert [error["field"].rpartition(".")[2] for error in answer.json()["errors"]] == [where]


def test_a_video_takes_its_mails_with_it(api: Api, parts: Parts, video: int) -> None:
    api.ask("POST", mails_of(video), json={})
    assert api.ask("DELETE", f"/api/v1/videos/hosted/{video}").status_code == 204
    assert api.ask("GET", mails_of(video)).status_code == 404
    assert send(api) == 0
