"""/health/ready: what requests need, and what vendors still let us buy, without asking them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, update

from functions.api.routes import health
from local.journal import prepare
from local.postgres import Postgres
from local.server import Server, bind
from local.states import machine_arn, states_api
from shared.costs import Allowance, PaidCall, note_refusal, open_ledger, vendor_states, watch_allowance
from shared.costs.prices import read_prices
from shared.database import Database
from shared.database.models import Lead, VendorLimit, Video
from shared.errors import RateLimited, Retryable
from shared.scripting.credits import credits_left
from shared.scripting.step import write_script
from shared.settings import Settings
from shared.voice.elevenlabs import ElevenLabsVoice
from shared.voice.step import speak_script
from shared.workflow import Tools, VideoEvent
from shared.workflow.executions import CannotStart, open_executions
from tests.support.api import Api
from tests.support.vendors import VendorServer

READY = "/health/ready"


@pytest.fixture(autouse=True)
def _nothing_known(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(health, "KEPT_SECONDS", 0)
    yield
    with database.transaction() as session:
        session.execute(delete(VendorLimit))


class Runs:
    """The port `Executions`."""

    def __init__(self) -> None:
        self.broken = False
        self.checked = 0

    def start(self, machine: str, name: str, value: dict[str, Any]) -> None:
        raise AssertionError("readiness starts nothing")

    def check(self, machine: str) -> None:
        self.checked += 1
        if self.broken:
            raise CannotStart("Step Functions does not answer")


def test_each_thing_that_requests_need_is_told(api: Api) -> None:
    assert api.client.get(READY).json()["checks"] == {"database": "ok", "storage": "ok", "executions": "off"}
    runs = api.tools.__dict__["executions"] = Runs()
    assert api.client.get(READY).json()["checks"]["executions"] == "ok"
    runs.broken = True
    answer = api.client.get(READY)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["status"] == "down" and answer.json()["checks"]["executions"] == "down"


def test_whoever_asks_often_gets_the_answer_that_was_kept(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT_SECONDS", 60)
    runs = api.tools.__dict__["executions"] = Runs()
    assert {api.client.get(READY).status_code for _ in range(5)} == {200}
    assert runs.checked == 1


def test_what_vendors_said_is_shown_with_its_age_and_a_warning(api: Api, database: Database) -> None:
    unknown = {"status": "unknown", "seen_at": None}
    assert api.client.get(READY).json()["vendors"] == {"elevenlabs": unknown, "openrouter": unknown}
    watch_allowance(database, "elevenlabs", lambda: characters(50_000))
    watch_allowance(database, "openrouter", lambda: Allowance(remaining=Decimal("0.5"), unit="USD"))
    answer = api.client.get(READY)
    vendors = answer.json()["vendors"]
    assert answer.status_code == 200
    assert {name: each["status"] for name, each in vendors.items()} == {
        "elevenlabs": "ok",
        "openrouter": "low",
    }
    age = datetime.now(UTC) - datetime.fromisoformat(vendors["elevenlabs"]["seen_at"])
    assert timedelta(0) <= age < timedelta(minutes=1)
    assert "50000" not in answer.text  # amounts are for those who see costs
    shown = api.ask("GET", "/api/v1/costs/vendors", role="finance").json()["vendors"]
    assert [Decimal(each["allowance"]["remaining"]) for each in shown] == [50_000, Decimal("0.5")]
    assert api.ask("GET", "/api/v1/costs/vendors", role="viewer").status_code == 403

    for _ in range(2):
        note_refusal(database, "elevenlabs")
    assert api.client.get(READY).json()["vendors"]["elevenlabs"]["status"] == "refusing"
    with database.transaction() as session:
        session.execute(update(VendorLimit).values(refused_at=datetime.now(UTC) - timedelta(minutes=6)))
    with database.transaction() as session:
        [first, _] = vendor_states(session)
    assert (first.status, first.refusals) == ("ok", 2)


def characters(remaining: int) -> Allowance:
    return Allowance(remaining=Decimal(remaining), unit="characters", quota=Decimal(100_000))


def test_a_tenth_of_the_characters_is_little() -> None:
    assert characters(9_999).is_low and not characters(10_000).is_low


def test_a_vendor_is_asked_once_in_five_minutes_and_its_faults_cost_nothing(database: Database) -> None:
    asked = []

    def ask() -> Allowance:
        asked.append(1)
        raise Retryable("it does not answer")

    for _ in range(3):
        watch_allowance(database, "openrouter", ask)
    assert len(asked) == 1
    with database.transaction() as session:
        session.execute(update(VendorLimit).values(asked_at=datetime.now(UTC) - timedelta(minutes=6)))
    watch_allowance(database, "openrouter", lambda: Allowance(remaining=Decimal(5), unit="USD"))
    with database.transaction() as session:
        [_, openrouter] = vendor_states(session)
    assert openrouter.status == "ok"


async def test_elevenlabs_says_what_is_left(vendors: VendorServer, api: Api, database: Database) -> None:
    vendors.elevenlabs.subscription |= {
        "character_count": 95_000,
        "next_character_count_reset_unix": 1_800_000_000,
    }
    settings = Settings(_env_file=None, elevenlabs_api_key="k", elevenlabs_base_url=vendors.elevenlabs_url)
    ledger = open_ledger(database, api.storage, api.workspace_id, None, "voice")
    allowance = await ElevenLabsVoice(settings, ledger, read_prices()).allowance()
    assert (allowance.remaining, allowance.quota, allowance.is_low) == (5_000, 100_000, True)
    assert allowance.resets_at == datetime.fromtimestamp(1_800_000_000, UTC)


def test_openrouter_says_what_is_left(vendors: VendorServer) -> None:
    url = vendors.openrouter_url
    assert credits_left(url, "k") is None  # a key without a limit, to which the account is not told
    vendors.openrouter.own = {"limit": 10, "limit_remaining": 2.5}
    assert credits_left(url, "k") == Allowance(remaining=Decimal("2.5"), unit="USD")
    vendors.openrouter.account = {"total_credits": 20, "total_usage": 19.99}
    assert credits_left(url, "k") == Allowance(remaining=Decimal("0.01"), unit="USD")
    with pytest.raises(Retryable, match="does not say what is left"):
        credits_left("http://127.0.0.1:1/api/v1", "k")


async def test_a_refusal_is_noted_where_it_is_met(
    api: Api, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = open_ledger(database, api.storage, api.workspace_id, None, "voice", patience_seconds=0.1)

    async def refuse() -> Any:
        raise RateLimited("ElevenLabs asks us to wait", 5)

    with pytest.raises(RateLimited):
        await ledger.buy(PaidCall("elevenlabs", "text-to-speech", {"text": "x"}), refuse)
    with database.transaction() as session:
        [elevenlabs, _] = vendor_states(session)
    assert (elevenlabs.status, elevenlabs.refusals) == ("refusing", 1)
    assert '"vendor":"elevenlabs","VendorRefused":[1.0]' in capsys.readouterr().out


async def test_the_state_machine_is_asked_for_by_the_sdk(
    migrated: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    prepare(migrated.owner_url)
    server = Server(states_api({"pipeline"}, migrated.owner_url), bind(0))
    await server.start()
    for name, value in {
        "AWS_ENDPOINT_URL_SFN": server.url, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)

    runs = open_executions(Settings(_env_file=None, state_machine_arns=machine_arn("")))

    try:
        await asyncio.to_thread(runs.check, "pipeline")
        with pytest.raises(CannotStart, match="StateMachineDoesNotExist"):
            await asyncio.to_thread(runs.check, "other")
    finally:
        await server.stop()
    with pytest.raises(CannotStart):
        await asyncio.to_thread(runs.check, "pipeline")


def test_the_steps_that_buy_write_down_what_is_left(
    api: Api, database: Database, migrated: Postgres, vendors: VendorServer
) -> None:
    """The real steps, one after the other; the API's function has none of their keys."""
    settings = Settings(
        _env_file=None,
        leadreel_home=api.tools.settings.leadreel_home,
        database_url=migrated.app_url,
        elevenlabs_api_key="k",
        elevenlabs_base_url=vendors.elevenlabs_url,
        openrouter_api_key="k",
        openrouter_base_url=vendors.openrouter_url,
    )
    tools = Tools(settings, api.storage)
    vendors.openrouter.account = {"total_credits": 10, "total_usage": 2.5}
    vendors.elevenlabs.subscription["character_count"] = 99_000
    with database.workspace(api.workspace_id) as session:
        lead = Lead(workspace_id=api.workspace_id, name="Ana", company="Acme", variables={})
        session.add(lead)
        session.flush()
        options = {"voice_preset": "technical", "style": "casual", "duration_seconds": 30}
        video = Video(
            workspace_id=api.workspace_id,
            lead_id=lead.id,
            url="https://a.example",
            page_job="",
            options=options,
        )
        session.add(video)
        session.flush()
        event = VideoEvent(workspace_id=api.workspace_id, video_id=video.id)
    write_script(event, tools)
    speak_script(event, tools)
    tools.database.close()
    shown = api.ask("GET", "/api/v1/costs/vendors", role="finance").json()["vendors"]
    left = {each["vendor"]: (each["status"], Decimal(each["allowance"]["remaining"])) for each in shown}
    assert left == {"elevenlabs": ("low", 1_000), "openrouter": ("ok", Decimal("7.5"))}
