"""Leads over HTTP: every operation, its ETags, its pages, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import AuditEntry, Lead, Video
from tests.support.api import Api

PATH = "/api/v1/leads"
ANA = {"name": "Ana Silva", "company": "Acme", "email": "ana@example.com", "variables": {"plan": "Pro"}}


def add(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.ask("POST", PATH, json={**ANA, **fields})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_lead_is_added_shown_changed_and_deleted(api: Api) -> None:
    added = api.ask("POST", PATH, json=ANA)
    assert added.status_code == 201
    lead = added.json()
    assert added.headers["location"] == f"{PATH}/{lead['id']}"
    assert {name: lead[name] for name in ANA} == ANA
    assert lead["title"] is None and lead["created_at"].endswith("Z")

    shown = api.ask("GET", added.headers["location"])
    assert (shown.status_code, shown.json()) == (200, lead)
    assert shown.headers["etag"] == added.headers["etag"]

    changed = api.ask("PATCH", added.headers["location"], json={"title": "CFO", "email": None})
    assert changed.status_code == 200
    assert changed.json() | {"updated_at": ""} == lead | {"title": "CFO", "email": None, "updated_at": ""}

    assert api.ask("DELETE", added.headers["location"]).status_code == 204
    gone = api.ask("GET", added.headers["location"])
    assert gone.status_code == 404
    assert gone.headers["content-type"] == "application/problem+json"
    assert gone.json()["type"] == "urn:leadreel:problem:not-found"
    assert gone.json()["request_id"] == gone.headers["x-request-id"]


def test_who_has_it_already_gets_no_body(api: Api) -> None:
    where = f"{PATH}/{add(api)['id']}"
    tag = api.ask("GET", where).headers["etag"]
    for asked in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        answer = api.ask("GET", where, headers={"If-None-Match": asked})
        assert (answer.status_code, answer.content) == (304, b"")
    assert api.ask("GET", where, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(("method", "options"), [("PATCH", {"json": {"title": "CFO"}}), ("DELETE", {})])
def test_a_change_of_what_was_changed_meanwhile_is_refused(
    api: Api, method: str, options: dict[str, Any]
) -> None:
    where = f"{PATH}/{add(api)['id']}"
    old = api.ask("GET", where).headers["etag"]
    new = api.ask("PATCH", where, json={"company": "Borealis"}).headers["etag"]
    refused = api.ask(method, where, headers={"If-Match": old}, **options)
    assert (refused.status_code, refused.json()["type"]) == (412, "urn:leadreel:problem:changed-meanwhile")
    assert api.ask(method, where, headers={"If-Match": new}, **options).is_success


def test_pages_hold_while_leads_come_and_go(api: Api) -> None:
    ids = [add(api, name=f"Lead {number}")["id"] for number in range(7)]
    seen: list[int] = []
    path = f"{PATH}?limit=3&sort=id"
    while path:
        answer = api.ask("GET", path)
        seen += [lead["id"] for lead in answer.json()["items"]]
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("link", ""))
        assert (link is None) == (answer.json()["next_cursor"] is None)
        if len(seen) == 3:
            add(api, name="late")
            api.ask("DELETE", f"{PATH}/{ids[2]}")
        path = link.group(1) if link else ""
    assert seen[:7] == ids and len(seen) == 8


@pytest.mark.parametrize("sort", ["name", "-name", "company", "created_at", "-created_at", "-id"])
def test_any_order_shows_each_lead_once(api: Api, sort: str) -> None:
    ids = {add(api, name=name)["id"] for name in ("Émile", "Ana", "Ana", "安娜", "zed")}
    seen, cursor = [], None
    for _ in range(9):
        answer = api.ask(
            "GET", PATH, params={"limit": 2, "sort": sort} | ({"cursor": cursor} if cursor else {})
        )
        seen += [lead["id"] for lead in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 5 and set(seen) == ids


def test_a_list_is_narrowed(api: Api) -> None:
    wanted = add(api, company="Borealis", email="Ben@Example.com")["id"]
    add(api)
    for filters in ({"company": "Borealis"}, {"email": "ben@example.com"}):
        items = api.ask("GET", PATH, params=filters).json()["items"]
        assert [lead["id"] for lead in items] == [wanted]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "body.name"),
        ({"name": " \u200b "}, "body.name"),
        ({"name": "x" * 301}, "body.name"),
        ({"company": None}, "body.company"),
        ({"email": "ana"}, "body.email"),
        ({"email": "ana@example.com\r\nBcc: x@example.com"}, "body.email"),
        ({"website": "javascript:alert(1)"}, "body.website"),
        ({"website": "https://acme.example/a\u2028b"}, "body.website"),
        ({"variables": {"Plan": "x"}}, "body.variables.Plan.[key]"),
        ({"variables": {f"v{n}": "x" for n in range(51)}}, "body.variables"),
        ({"colour": "red"}, "body.colour"),
    ],
)
def test_a_wrong_field_is_named(api: Api, fields: dict[str, Any], field: str) -> None:
    answer = api.ask("POST", PATH, json={**ANA, **fields})
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:leadreel:problem:wrong-field"
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "sort=email", "sort=", "cursor=x", "cursor=e30", "company=%00", "limit=x"],
)
def test_a_wrong_query_is_refused(api: Api, query: str) -> None:
    answer = api.ask("GET", f"{PATH}?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]


def test_a_cursor_of_another_order_is_refused(api: Api) -> None:
    for _ in range(2):
        add(api)
    cursor = api.ask("GET", f"{PATH}?limit=1&sort=name").json()["next_cursor"]
    assert api.ask("GET", f"{PATH}?limit=1&sort=id&cursor={cursor}").status_code == 422


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"name": "\\ud800", "company": "x"}'])
def test_a_body_that_is_none_is_refused(api: Api, body: bytes) -> None:
    answer = api.ask("POST", PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_text_is_made_plain(api: Api) -> None:
    lead = add(api, name=" Ana\n\tSilva\x07\u202e ")
    assert lead["name"] == "Ana Silva"


def test_a_lead_with_videos_stays(api: Api, database: Database) -> None:
    lead_id = add(api)["id"]
    with database.workspace(api.workspace_id) as session:
        session.add(
            Video(
                workspace_id=api.workspace_id,
                lead_id=lead_id,
                url="https://x.example/",
                options={},
                page_job="",
            )
        )
    refused = api.ask("DELETE", f"{PATH}/{lead_id}")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:leadreel:problem:conflict")


def test_changes_are_written_down_with_who_made_them(api: Api, database: Database) -> None:
    answer = api.ask("POST", PATH, json=ANA)
    api.ask("PATCH", answer.headers["location"], json={"title": "CFO"}, role="admin")
    api.ask("DELETE", answer.headers["location"])
    with database.workspace(api.workspace_id) as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.operation, entry.role, entry.changes) for entry in entries] == [
        ("addLead", "member", ANA),
        ("changeLead", "admin", {"title": "CFO"}),
        ("deleteLead", "member", {}),
    ]
    assert {entry.resource for entry in entries} == {answer.headers["location"]}
    assert entries[0].request_id == answer.headers["x-request-id"]
    assert entries[0].actor == f"member@{api.workspace_id}"


def test_another_workspace_sees_and_changes_nothing(api: Api, database: Database) -> None:
    other = open_workspace(database, f"other than {api.workspace_id}")
    where = f"{PATH}/{add(api)['id']}"
    for method, options in (("GET", {}), ("PATCH", {"json": {"title": "x"}}), ("DELETE", {})):
        assert api.ask(method, where, role="admin", workspace_id=other, **options).status_code == 404
    assert api.ask("GET", PATH, role="admin", workspace_id=other).json()["items"] == []
    with database.workspace(api.workspace_id) as session:
        assert session.scalars(select(Lead)).one().title is None
