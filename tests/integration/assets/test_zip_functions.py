"""Every function that is a zip answers from what is deployed, and from nothing else, under AWS's emulator."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import create_engine, text

from functions.catalogue import read_limits
from local.postgres import Postgres
from shared.accounts import open_workspace
from shared.analytics import VIEW_LOGS
from shared.database import Database
from shared.database.models import HostedVideo, Mail, Video, VideoScript
from shared.mail import MailFields, add_mail
from shared.settings import Settings
from shared.storage.s3 import S3Storage
from shared.webhooks import WebhookFields, add_webhook, announce
from tests.integration.analytics.conftest import line
from tests.integration.api.test_gateway_events import event as http
from tests.integration.costs.test_ingesting import event as log_lines
from tests.integration.costs.test_ingesting import ours, report
from tests.support.api import LINK_KEY, SECRETS_KEY, Api, served_api
from tests.support.parts import Parts
from tests.support.receiver import Receiver
from tests.support.zips import Emulated, Zips, emulated

ZIPS = {name: limits for name, limits in read_limits().items() if limits.image is None}
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
BUCKET = "leadreel-zips"


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@dataclass
class World:
    """What the functions work with. settings: their environment, which a case may add to."""

    parts: Parts
    api: Api
    settings: dict[str, str]


@pytest.fixture
def world(
    database: Database, migrated: Postgres, aws: str, tmp_path: Path, nothing_to_send: None
) -> Iterator[World]:
    client = boto3.client(
        "s3", endpoint_url=aws, region_name="us-east-1",
        aws_access_key_id="test", aws_secret_access_key="test",
    )  # fmt: skip
    client.create_bucket(Bucket=BUCKET)
    workspace_id = open_workspace(database, f"zips {tmp_path.name}")
    with served_api(database, workspace_id, tmp_path) as api:
        settings = KEYS | {
            "DATABASE_URL": migrated.app_url,
            "LEADREEL_HOME": str(tmp_path / "home"),
            "AWS_S3_BUCKET": BUCKET,
            "AWS_ENDPOINT_URL": aws,
            "STATE_MACHINE_ARNS": "arn:aws:states:us-east-1:123456789012:stateMachine:leadreel-test-",
            "PUBLIC_BASE_URL": "https://videos.example.com",
            "AUTH_ISSUER": str(api.tools.settings.auth_issuer),
            "AUTH_KEYS_URL": str(api.tools.settings.auth_keys_url),
            "AUTH_APP_CLIENTS": ",".join(api.tools.settings.auth_app_clients),
            "LINK_SIGNING_KEY": LINK_KEY.get_secret_value(),
            "SECRETS_KEY": SECRETS_KEY.get_secret_value(),
        }
        yield World(Parts(database, S3Storage(client, BUCKET), workspace_id), api, settings)


Invoke = Callable[[Mapping[str, Any]], Any]
"""Starts the function on its first call, so that a case can make its world before."""


def api(world: World, invoke: Invoke) -> None:
    assert invoke(http("GET", "/health"))["body"] == '{"status":"ok"}'
    ready = json.loads(invoke(http("GET", "/health/ready"))["body"])["checks"]
    assert (ready["database"], ready["storage"]) == ("ok", "ok")  # no state machine is deployed here
    bearer = {"authorization": f"Bearer {world.api.token()}", "content-type": "application/json"}
    ana = json.dumps({"name": "Ana Søren", "company": "Acme", "email": "ana@example.com"})
    assert invoke(http("POST", "/api/v1/leads", body=ana, headers=bearer))["statusCode"] == 201
    nobody = http("GET", "/api/v1/leads", headers=bearer | {"authorization": "Bearer x.y.z"})
    assert invoke(nobody)["statusCode"] == 401
    assert invoke(http("GET", "/openapi.json"))["statusCode"] == 200


def script(world: World, invoke: Invoke) -> None:
    parts = world.parts
    row = parts.script(status="processing", sections=[])
    asked = {"voice_preset": "technical", "duration_seconds": 30, "style": "professional"}
    video = parts.run("script", row, "processing", options=asked)
    assert invoke(of(world, video)) == {"video_script_id": row}
    assert "Ana" in parts.get(VideoScript, row).sections[0]["content"]


def start_videos(world: World, invoke: Invoke) -> None:
    batch = world.parts.batch("completed", "failed")
    turn = {"workspace_id": world.parts.workspace_id, "batch_id": batch, "attempt": 1}
    assert invoke(turn)["done"] is True


def approve(world: World, invoke: Invoke) -> None:
    video = world.parts.run("video", world.parts.hosted(lead_id=world.parts.lead()), "processing")
    assert invoke(of(world, video) | {"kind": "script", "task_token": "t"}) == {"waits": True}
    assert world.parts.get(Video, video).status == "waiting_approval"


def host(world: World, invoke: Invoke) -> None:
    parts = world.parts
    hosted = parts.hosted(composed_video_id=parts.composed(), lead_id=parts.lead(), status="processing")
    slug = parts.get(HostedVideo, hosted).slug
    video = parts.run("hosting", hosted, "processing", lead_id=parts.get(HostedVideo, hosted).lead_id)
    with parts.database.workspace(parts.workspace_id) as session:
        session.execute(text("UPDATE video_steps SET name = 'host' WHERE video_id = :id"), {"id": video})
    assert invoke(of(world, video)) == {"hosted_video_id": hosted, "slug": slug}
    page = parts.storage.get(f"public/v/{slug}/index.html").decode()
    player = page.partition("/assets/hls-")[2].partition(".js")[0]
    assert parts.storage.exists(f"public/assets/hls-{player}.js")


def fail(world: World, invoke: Invoke) -> None:
    video = world.parts.run("video", world.parts.hosted(lead_id=world.parts.lead()), "processing")
    cause = json.dumps({"errorMessage": "no credits", "errorType": "Permanent"})
    told = invoke(of(world, video) | {"failure": {"voice": {"Error": "Permanent", "Cause": cause}}})
    assert told == {"error": "Permanent", "cause": "voice: no credits"}
    assert world.parts.get(Video, video).status == "failed"


def deliver(world: World, invoke: Invoke) -> None:
    with Receiver() as receiver:
        allowed = urlsplit(receiver.url).netloc
        world.settings["WEBHOOK_ALLOW_HOSTS"] = allowed
        settings = Settings(secrets_key=SECRETS_KEY, webhook_allow_hosts=(allowed,), _env_file=None)
        fields = WebhookFields(url=receiver.url, events=("video.ready",))
        with world.parts.database.workspace(world.parts.workspace_id) as session:
            add_webhook(session, world.parts.workspace_id, fields, settings)
        with world.parts.database.workspace(world.parts.workspace_id) as session:
            announce(session, world.parts.workspace_id, "video.ready", {"video_id": 7})
        assert invoke({}) == {"requests": 1}
        assert b'"video_id":7' in receiver.got[0].body


def mail(world: World, invoke: Invoke) -> None:
    """By SES, as on AWS."""
    sender = "Bo <bo@leadreel.example>"
    world.settings |= {"FROM_EMAIL": sender, "MAIL_BY_SES": "true"}
    settings = Settings(from_email=sender, mail_by_ses=True, _env_file=None)
    ses = boto3.client("sesv2", region_name="us-east-1", endpoint_url=world.settings["AWS_ENDPOINT_URL"],
        aws_access_key_id="test", aws_secret_access_key="test")  # fmt: skip
    ses.create_email_identity(EmailIdentity="bo@leadreel.example")
    hosted = world.parts.hosted(composed_video_id=world.parts.composed())
    fields = MailFields(email="ana@acme.example")
    with world.parts.database.workspace(world.parts.workspace_id) as session:
        asked = add_mail(session, world.parts.workspace_id, hosted, fields, settings)
    assert invoke({}) == {"sent": 1}
    row = world.parts.get(Mail, asked.id)
    assert (row.status, row.sent_by) == ("sent", "ses")


def tend(world: World, invoke: Invoke) -> None:
    answer = invoke({"after_seconds": 0})
    assert answer["answers"] == answer["deliveries"] == 0


def ingest_costs(world: World, invoke: Invoke) -> None:
    request_id = str(uuid4())
    assert invoke(log_lines(ours(request_id, world.parts.workspace_id, 7), report(request_id))) == {
        "priced": 1
    }


def ingest_views(world: World, invoke: Invoke) -> None:
    hosted = world.parts.hosted(
        composed_video_id=world.parts.composed(duration_seconds=30.0), lead_id=world.parts.lead()
    )
    key, slug = f"{VIEW_LOGS}E1.2026-11-20-12.{uuid4().hex[:8]}.gz", world.parts.get(HostedVideo, hosted).slug
    world.parts.storage.put(key, gzip.compress(line(slug, uuid4().hex, "0-5")))
    created = {"detail-type": "Object Created", "detail": {"object": {"key": key}}}
    assert invoke(created) == {"files": 1, "views": 1}


def migrate(world: World, invoke: Invoke) -> None:
    """From nothing."""
    empty = Postgres(Path(world.settings["LEADREEL_HOME"]))
    empty.start()
    try:
        world.settings["DATABASE_URL"] = empty.owner_url
        assert invoke({})["migrated"] is True
        made = create_engine(empty.owner_url)
        with made.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM videos")) == 0
        made.dispose()
    finally:
        empty.stop()


def claim(world: World, invoke: Invoke) -> None:
    asked = {
        "version": "2", "triggerSource": "TokenGeneration_Authentication", "userName": "ana",
        "request": {"userAttributes": {"custom:workspace_id": "7"}, "groupConfiguration": {}}, "response": {},
    }  # fmt: skip
    assert '"workspace_id": "7"' in json.dumps(invoke(asked))


CASES = (
    claim,
    api,
    script,
    start_videos,
    approve,
    host,
    fail,
    deliver,
    mail,
    tend,
    ingest_costs,
    ingest_views,
    migrate,
)
CASE_OF = {case.__name__: case for case in CASES}


def of(world: World, video_id: int) -> dict[str, Any]:
    return {"workspace_id": world.parts.workspace_id, "video_id": video_id}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_answers_from_what_is_deployed(name: str, zips: Zips, world: World, tmp_path: Path) -> None:
    functions: list[Emulated] = []
    with ExitStack() as stack:

        def invoke(event: Mapping[str, Any]) -> Any:
            if not functions:
                starting = emulated(zips, name, ZIPS[name], world.settings, tmp_path)
                functions.append(stack.enter_context(starting))
            answer = functions[0].invoke(event)
            assert "errorType" not in answer, answer
            return answer

        CASE_OF[name](world, invoke)
    loaded = functions[0].loaded()
    python = Path(zips.python).resolve().parents[1]
    strangers = {file for file in loaded if not any(file.is_relative_to(at) for at in (*zips.path, python))}
    assert not strangers
    deployed = {file for file in loaded if file.is_relative_to(zips.folder)}
    assert {file.suffix for file in deployed} <= {".pyc", ".so"}, "something is compiled at each cold start"
    assert len(deployed) > 100
