"""What was spent, over HTTP: by every way to sum it, exactly, and by whom it may be seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shared.accounts import open_workspace
from shared.database import Database
from shared.database.models import CostEntry
from tests.support.api import Api

PATH = "/api/v1/costs"
DAY = datetime(2026, 3, 14, 12, tzinfo=UTC)


def spend(database: Database, workspace_id: int, reference: str, amount: str, **fields: object) -> None:
    with database.workspace(workspace_id) as session:
        session.add(
            CostEntry(
                **{
                    "workspace_id": workspace_id,
                    "kind": "invocation",
                    "source": "lambda",
                    "reference": f"{workspace_id}-{reference}",
                    "amount_usd": Decimal(amount),
                    "at": DAY,
                    **fields,
                }
            )
        )


@pytest.fixture(autouse=True)
def _entries(database: Database, workspace_id: int) -> None:
    for number in range(3):
        at = DAY + timedelta(days=20 * number)
        spend(database, workspace_id, f"a{number}", "0.0000000001", video_id=number + 1, step="record", at=at)
    spend(
        database,
        workspace_id,
        "voice",
        "0.3",
        video_id=1,
        step="voice",
        kind="paid_call",
        source="elevenlabs",
    )
    spend(database, workspace_id, "late", "1", at=DAY.replace(hour=23, minute=59, second=59))
    spend(database, open_workspace(database, f"other than {workspace_id}"), "x", "99")


def lines(api: Api, query: str) -> dict[str | None, tuple[float, int]]:
    answer = api.ask("GET", f"{PATH}?from=2026-03-01&to=2026-05-01&{query}", role="finance")
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert sum(line["amount_usd"] for line in report["lines"]) == pytest.approx(report["total_usd"])
    return {line["key"]: (line["amount_usd"], line["entries"]) for line in report["lines"]}


def test_every_way_to_sum(api: Api) -> None:
    assert lines(api, "by=day") == {
        "2026-03-14": (pytest.approx(1.3000000001), 3),
        "2026-04-03": (1e-10, 1),
        "2026-04-23": (1e-10, 1),
    }
    assert lines(api, "by=month")["2026-04"] == (2e-10, 2)
    assert lines(api, "by=step") == {"record": (3e-10, 3), "voice": (0.3, 1), None: (1.0, 1)}
    assert lines(api, "by=source")["elevenlabs"] == (0.3, 1)
    assert lines(api, "by=kind")["paid_call"] == (0.3, 1)
    assert lines(api, "by=video")["1"] == (pytest.approx(0.3000000001), 2)
    assert lines(api, "by=day&video_id=1") == {"2026-03-14": (pytest.approx(0.3000000001), 2)}


def test_videos_come_in_pages(api: Api) -> None:
    first = api.ask("GET", f"{PATH}?from=2026-03-01&to=2026-05-01&by=video&limit=2", role="finance").json()
    assert [line["key"] for line in first["lines"]] == ["3", "2"] and first["next_video"] == 2
    rest = api.ask(
        "GET",
        f"{PATH}?from=2026-03-01&to=2026-05-01&by=video&limit=2&before_video=2",
        role="finance",
    ).json()
    assert [line["key"] for line in rest["lines"]] == ["1"] and rest["next_video"] is None


@pytest.mark.parametrize(
    "query",
    [
        "by=lead",
        "from=2026-02-30",
        "from=2026-05-02&to=2026-05-01",
        "from=2024-01-01&to=2026-01-01",
        "from=0001-01-01",
    ],
)
def test_a_wrong_question_is_refused(api: Api, query: str) -> None:
    assert api.ask("GET", f"{PATH}?{query}", role="finance").status_code == 422


def test_the_audit_log_is_shown_to_those_who_manage(api: Api) -> None:
    added = api.ask("POST", "/api/v1/leads", json={"name": "Ana", "company": "Acme"})
    api.ask("DELETE", added.headers["location"], role="admin")
    page = api.ask("GET", "/api/v1/audit", role="owner").json()
    assert [line["operation"] for line in page["items"]] == ["deleteLead", "addLead"]
    narrowed = api.ask("GET", f"/api/v1/audit?actor=member@{api.workspace_id}", role="owner").json()
    assert [line["operation"] for line in narrowed["items"]] == ["addLead"]


def test_a_demo_sites_secrets_are_written_down_nowhere(api: Api, database: Database) -> None:
    access = {"headers": {"X-Demo": "canary-4711"}}
    key = "A" * 43 + "="
    object.__setattr__(
        api.tools, "settings", api.tools.settings.model_copy(update={"recording_access_key": _secret(key)})
    )
    fields = {"name": "Acme", "url": "https://acme.example/", "access": access}
    answer = api.ask("POST", "/api/v1/demo-sites", json=fields, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["header_names"] == ["X-Demo"]
    log = api.ask("GET", "/api/v1/audit", role="owner").text
    assert "canary-4711" not in answer.text + log


def _secret(text: str) -> object:
    from pydantic import SecretStr

    return SecretStr(text)
