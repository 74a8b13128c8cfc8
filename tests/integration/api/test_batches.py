"""Batches: asked for in one request, shown, refused row by row."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import func, select

from shared.database import Database
from shared.database.models import AuditEntry, Batch, CostEntry, Lead, Video, VideoStep
from tests.integration.api.test_videos import Counting
from tests.support.api import Api
from tests.support.parts import Parts

PATH = "/api/v1/batches"
VIDEO = {"url": "https://acme.example/?for={name}", "duration_seconds": 20}


@pytest.fixture
def runs(api: Api) -> Counting:
    counting = Counting()
    api.tools.__dict__["executions"] = counting
    return counting


def people(number: int) -> list[dict[str, Any]]:
    return [
        {"name": f"Ana {row}", "company": "Acme", "email": f"ana.{row}@acme.com"} for row in range(number)
    ]


def rows(api: Api, model: type[Any]) -> int:
    with api.tools.database.workspace(api.workspace_id) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_batch_is_asked_for(api: Api, runs: Counting, database: Database) -> None:
    there = api.ask("POST", "/api/v1/leads", json={"name": "Bo", "company": "Beta"}).json()["id"]
    body = {"name": "Spring", "leads": [*people(2), {"lead_id": there}], "video": VIDEO}
    key = {"Idempotency-Key": "b-1"}
    answer = api.ask("POST", PATH, json=body, headers=key)
    assert answer.status_code == 202, answer.text
    batch = answer.json()
    assert answer.headers["location"] == f"{PATH}/{batch['id']}"
    assert (batch["name"], batch["status"], batch["progress"], batch["cost_usd"]) == (
        "Spring", "pending", 0, 0,
    )  # fmt: skip
    assert (batch["counts"]["total"], batch["counts"]["pending"]) == (3, 3)
    value = {
        "workspace_id": api.workspace_id, "batch_id": batch["id"], "attempt": 1, "part": 1, "rounds": 0,
    }  # fmt: skip
    assert (runs.machines, runs.started) == (["batch"], [(f"batch-{batch['id']}-1", value)])

    videos = api.ask("GET", "/api/v1/videos", params={"batch_id": batch["id"], "sort": "id"}).json()["items"]
    assert [video["url"].partition("=")[2] for video in videos] == ["Ana%200", "Ana%201", "Bo"]
    assert (videos[2]["lead_id"], {video["batch_id"] for video in videos}) == (there, {batch["id"]})
    assert api.ask("GET", f"/api/v1/videos/{videos[0]['id']}").json()["batch_id"] == batch["id"]
    assert rows(api, Lead) == 3 and rows(api, VideoStep) == 3 * 7

    again = api.ask("POST", PATH, json=body, headers=key)
    assert (again.json(), rows(api, Batch), rows(api, Video)) == (batch, 1, 3)
    with database.workspace(api.workspace_id) as session:
        [noted] = session.scalars(select(AuditEntry.changes).where(AuditEntry.operation == "makeBatch"))
    assert (noted["leads"], noted["video"]) == (3, VIDEO)


def test_it_is_shown_and_found(api: Api, runs: Counting, parts: Parts) -> None:
    running, ended = parts.batch("processing", "completed", "failed"), parts.batch("failed")
    shown = api.ask("GET", f"{PATH}/{running}")
    assert shown.headers["retry-after"] == "5"
    batch = shown.json()
    assert batch["counts"] == {
        "total": 3, "pending": 0, "processing": 1, "waiting_approval": 0, "completed": 1, "failed": 1,
        "rejected": 0, "cancelled": 0,
    }  # fmt: skip
    assert batch["progress"] == pytest.approx(2 / 3, abs=0.001)
    tag = {"If-None-Match": shown.headers["etag"]}
    assert api.ask("GET", f"{PATH}/{running}", headers=tag).status_code == 304
    assert "retry-after" not in api.ask("GET", f"{PATH}/{ended}").headers
    assert [line["id"] for line in api.ask("GET", PATH).json()["items"]] == [ended, running]
    found = api.ask("GET", PATH, params={"status": "processing", "sort": "created_at"}).json()
    assert [(line["id"], line["counts"]["total"]) for line in found["items"]] == [(running, 3)]
    assert api.ask("GET", f"{PATH}/999999").status_code == 404

    with api.tools.database.workspace(api.workspace_id) as session:
        first = session.scalars(select(Video.id).where(Video.batch_id == running).order_by(Video.id)).first()
        for video, reference in ((first, "a"), (None, "b")):
            session.add(
                CostEntry(
                    workspace_id=api.workspace_id, video_id=video, kind="call", source="elevenlabs",
                    reference=f"{reference} {api.workspace_id}", amount_usd="0.25", details={},
                )
            )  # fmt: skip
    assert api.ask("GET", f"{PATH}/{running}").json()["cost_usd"] == 0.25
    spent = api.ask("GET", "/api/v1/costs", role="owner", params={"batch_id": running}).json()
    assert spent["total_usd"] == 0.25


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"leads": []}, {"body.leads"}),
        ({"leads": people(1001)}, {"body.leads"}),
        ({"leads": [*people(17), {"name": "Ana"}]}, {"body.leads.17"}),
        ({"leads": [*people(2), {"name": "A", "company": "B", "email": "x"}]}, {"body.leads.2.email"}),
        ({"leads": [*people(2), {"lead_id": 1, "name": "A", "company": "B"}]}, {"body.leads.2"}),
        ({"leads": [*people(2), people(2)[1]]}, {"body.leads.2"}),
        ({"leads": [*people(1), people(1)[0] | {"email": "ANA.0@ACME.COM"}]}, {"body.leads.1"}),
        ({"leads": [{"name": "A", "company": "B"}, {"name": "a", "company": "b"}]}, {"body.leads.1"}),
        ({"leads": [*people(2), {"lead_id": 2**31 - 1}]}, {"body.leads.2.lead_id"}),
        ({"leads": people(2), "video": VIDEO | {"url": "https://x.example/{title}"}},
         {"body.leads.0", "body.leads.1"}),
        ({"leads": people(2), "video": VIDEO | {"url": "http://10.0.0.1:22/"}},
         {"body.leads.0", "body.leads.1"}),
        ({"leads": people(2), "video": VIDEO | {"lead_id": 1}}, {"body.video.lead_id"}),
        ({"leads": people(2), "video": {}}, {"body.video"}),
    ],
)  # fmt: skip
def test_what_can_not_be_made_is_refused_by_its_row(
    api: Api, runs: Counting, body: dict[str, Any], fields: set[str]
) -> None:
    for more in ({}, {"dry_run": True}):
        answer = api.ask("POST", PATH, json={"video": VIDEO} | body | more)
        assert answer.status_code == 422, answer.text
        assert {error["field"] for error in answer.json()["errors"]} == fields
    assert (rows(api, Batch), rows(api, Lead), rows(api, Video), runs.started) == (0, 0, 0, [])


def test_a_repeated_row_is_told_in_a_sentence(api: Api, runs: Counting) -> None:
    answer = api.ask("POST", PATH, json={"leads": [*people(3), people(1)[0]], "video": VIDEO}).json()
    assert answer["detail"] == "body.leads.3: It has the same email as row 0."


def test_a_dry_run_says_what_all_cost_and_writes_nothing(api: Api, runs: Counting) -> None:
    alike = {"url": "https://acme.example/", "duration_seconds": 20}
    plan = api.ask("POST", PATH, json={"leads": people(10), "video": alike, "dry_run": True}).json()
    assert (plan["leads"], plan["pages"], plan["page_is_known"]) == (10, 1, False)
    first, further, every = (plan[name] for name in ("first_cost_usd", "further_cost_usd", "cost_usd"))
    assert 0 < further["likely"] < first["likely"]
    for bound in ("low", "likely", "high"):
        assert every[bound] == pytest.approx(first[bound] + 9 * further[bound])
    one = api.ask("POST", "/api/v1/videos", json={**alike, **people(1)[0], "dry_run": True}).json()
    assert first == one["cost_usd"]
    own = api.ask("POST", PATH, json={"leads": people(10), "video": VIDEO, "dry_run": True}).json()
    assert (own["pages"], own["cost_usd"]["likely"]) == (10, pytest.approx(10 * first["likely"]))
    assert (rows(api, Batch), rows(api, Lead), rows(api, Video), runs.started) == (0, 0, 0, [])


def test_a_thousand_leads_in_one_request(api: Api, runs: Counting) -> None:
    began = time.monotonic()
    answer = api.ask("POST", PATH, json={"leads": people(1000), "video": VIDEO})
    asked = time.monotonic() - began
    assert answer.status_code == 202, answer.text
    batch = answer.json()["id"]
    assert (rows(api, Lead), rows(api, Video), rows(api, VideoStep)) == (1000, 1000, 7000)
    began = time.monotonic()
    shown = api.ask("GET", f"{PATH}/{batch}").json()
    looked = time.monotonic() - began
    began = time.monotonic()
    cancelled = api.ask("POST", f"{PATH}/{batch}/cancel")
    print(f"1,000 leads: asked {asked:.2f} s, shown {looked:.2f} s, "
          f"cancelled {time.monotonic() - began:.2f} s")  # fmt: skip
    assert (shown["counts"]["pending"], shown["status"]) == (1000, "pending")
    assert (cancelled.json()["counts"]["cancelled"], cancelled.json()["status"]) == (1000, "cancelled")
    assert [name for name, _ in runs.started] == [f"batch-{batch}-1", f"batch-{batch}-2"]
