"""A client that a generator makes of the OpenAPI document, used against the service."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.database import Database
from tests.support.serving import Service, served_over_http

PACKAGE = "generated_client"
CONFIG = """\
post_hooks: []
content_type_overrides:
  audio/wav: application/octet-stream
"""


@pytest.fixture
def service(database: Database, workspace_id: int, tmp_path: Path) -> Iterator[Service]:
    with served_over_http(database, workspace_id, tmp_path / "home") as served:
        yield served


@pytest.fixture
def package(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The name's modules. No warning: the generator understands all of the document."""
    document, config = tmp_path / "openapi.json", tmp_path / "generator.yml"
    document.write_bytes(httpx.get(f"{service.url}/openapi.json").content)
    config.write_text(CONFIG)
    done = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", document, "--config", config,
         "--output-path", tmp_path / "made" / PACKAGE, "--meta", "none", "--fail-on-warning"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path / "made")
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def test_a_generated_client_works(service: Service, package: Any) -> None:
    models = package("models")
    client = package("client").AuthenticatedClient(service.url, token=service.api.token("member"))
    add, change = package("api.leads.add_lead"), package("api.leads.change_lead")
    with client:
        asked = models.LeadFields(name="Ana Silva", company="Acme", title="CFO")
        ana = add.sync(client=client, body=asked, idempotency_key="once")
        again = add.sync_detailed(client=client, body=asked, idempotency_key="once")
        assert again.parsed == ana and again.headers["idempotency-replayed"] == "true"
        changed = change.sync(ana.id, client=client, body=models.LeadChanges(title="CEO"))
        assert (changed.name, changed.title) == ("Ana Silva", "CEO")

        bob = add.sync(client=client, body=models.LeadFields(name="Bob", company="Acme"))
        listed = package("api.leads.list_leads")
        first = listed.sync(client=client, limit=1)
        second = listed.sync(client=client, limit=1, cursor=first.next_cursor)
        assert [lead.id for lead in (*first.items, *second.items)] == [bob.id, ana.id]
        assert second.next_cursor is None

        make = package("api.videos.make_video")
        order = models.VideoOrder(lead_id=ana.id, url="https://acme.example/", dry_run=True)
        planned = make.sync(client=client, body=order)
        assert isinstance(planned, models.VideoPlanned) and planned.cost_usd.likely >= 0
        assert [step.name for step in planned.steps]
        video = make.sync(client=client, body=models.VideoOrder(lead_id=ana.id, url="https://acme.example/"))
        assert isinstance(video, models.VideoShown) and video.status == "pending"


def test_errors_are_read_as_problems(service: Service, package: Any) -> None:
    models, show = package("models"), package("api.leads.get_lead")
    signed_in = package("client").AuthenticatedClient(service.url, token=service.api.token("viewer"))
    stranger = package("client").AuthenticatedClient(service.url, token="nobody")
    with signed_in as client, stranger as unknown:
        missing = show.sync_detailed(4711, client=client)
        assert isinstance(missing.parsed, models.ProblemDocument)
        assert (missing.status_code, missing.parsed.status) == (HTTPStatus.NOT_FOUND, 404)
        assert missing.parsed.type_ == "urn:leadreel:problem:not-found"
        assert show.sync(1, client=unknown).type_ == "urn:leadreel:problem:not-signed-in"
        fields = models.LeadFields(name="Ana", company="Acme")
        refused = package("api.leads.add_lead").sync(client=client, body=fields)
        assert refused.type_ == "urn:leadreel:problem:not-allowed"
    owner = package("client").AuthenticatedClient(service.url, token=service.api.token("owner"))
    with owner as client:
        wrong = package("api.leads.add_lead").sync(
            client=client, body=models.LeadFields(name="", company="A")
        )
        assert [error.field for error in wrong.errors] == ["body.name"]
