"""Every function that is a zip answers from what is deployed, and from nothing else, under AWS's emulator.

It is called with the environment of the synthesised template, and what it asks of AWS is held against the
statements of its role, in both directions.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text, update

from bench.containers.aws import Aws, served_aws
from functions.catalogue import read_limits
from local.postgres import Postgres
from shared.accounts import open_workspace
from shared.analytics import VIEW_LOGS
from shared.analytics.ingesting import UNREADABLE
from shared.batches import BatchRequest, ask_for_batch, cancel_batch, execution_of_batch
from shared.database import Database
from shared.database.models import Approval, ComposedVideo, HostedVideo, Mail, Video, VideoScript, VideoStep
from shared.mail import MailFields, add_mail
from shared.settings import Settings
from shared.storage.s3 import S3Storage
from shared.videos import (
    VideoRequest,
    ask,
    cancel_video,
    create_video,
    decide,
    execution_of,
    retry_video,
)
from shared.webhooks import WebhookFields, add_webhook, announce
from shared.workflow.executions import Executions, StepFunctions
from tests.integration.analytics.conftest import line
from tests.integration.api.test_gateway_events import event as http
from tests.integration.costs.test_ingesting import event as log_lines
from tests.integration.costs.test_ingesting import ours, report
from tests.support.api import LINK_KEY, SECRETS_KEY, Api, served_api
from tests.support.iam import REGION, Deployed, deploy, needed
from tests.support.parts import Parts
from tests.support.rds import APP, OWNER, served_rds
from tests.support.receiver import Receiver
from tests.support.stacks import synthesise
from tests.support.tls import HOST, make_identity
from tests.support.vendors import VendorServer
from tests.support.zips import Emulated, Zips, emulated

ZIPS = {name: limits for name, limits in read_limits().items() if limits.image is None}
STAGE = "prod"
MACHINES = f"arn:aws:states:{REGION}:123456789012:stateMachine:leadreel-{STAGE}-"
TOKEN = f"{MACHINES}pipeline"
"""A task token counts as its state machine (infra/region.py): here it says which."""
ORIGIN_KEY = "o" * 43
UNASKED = {
    "logs:*": "Lambda writes the log",
    "xray:*": "Lambda hands on the traces",
    "ec2:*": "Lambda makes the interfaces in the network",
    "sqs:*": "Lambda tells of events that nobody could handle",
    "rds-db:connect": "RDS asks, and Postgres here does not; tests of signing in have a proxy that does",
    "s3:AbortMultipartUpload": "of a file above 8 MB whose upload broke off",
}
"""Actions that a role has and that no case has its function ask for, and why."""


@dataclass
class World:
    """What the functions work with. settings: their environment, which a case may add to. executions: as the
    tests themselves see them."""

    parts: Parts
    api: Api
    aws: Aws
    settings: dict[str, str]
    vendors: VendorServer
    executions: Executions

    def asked_for(self, **fields: Any) -> int:
        """A video whose rows are written and which nothing has started."""
        request = VideoRequest.parse(url="https://acme.example", name="Ana", company="Acme", **fields)
        parts, settings = self.parts, Settings(leadreel_home=Path(self.settings["LEADREEL_HOME"]))
        run = create_video(request, parts.workspace_id, parts.database, parts.storage, settings)
        return int(run.value["video_id"])

    def waits(self, decision: Literal["approved", "rejected"] | None = None) -> int:
        """A video whose pipeline waits for the voice, on which somebody has decided, and told nobody."""
        video = self.asked_for(approve_voice=True)
        with self.parts.database.workspace(self.parts.workspace_id) as session:
            ask(session, video, "voice", TOKEN)
            if decision is not None:
                decide(session, video, "voice", decision, "ana", None)
        return video


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with served_aws() as served:
        yield served


@pytest.fixture(scope="module")
def deployed(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    texts = {
        "LINK_SIGNING_KEY": LINK_KEY.get_secret_value(),
        "SECRETS_KEY": SECRETS_KEY.get_secret_value(),
        "RECORDING_ACCESS_KEY": SECRETS_KEY.get_secret_value(),
        "ORIGIN_KEY": ORIGIN_KEY,
        "OPENROUTER_API_KEY": "any",
    }
    return deploy(synthesise(STAGE, tmp_path_factory.mktemp(STAGE)), aws, texts)


@pytest.fixture
def world(
    name: str, deployed: Deployed, database: Database, migrated: Postgres, aws: Aws, tmp_path: Path,
    alone: None, vendors: VendorServer,
) -> Iterator[World]:  # fmt: skip
    workspace_id = open_workspace(database, f"zips {tmp_path.name}")
    with served_api(database, workspace_id, tmp_path) as api:
        made = deployed.environment(name)
        here = {  # of this machine
            "DATABASE_URL": migrated.app_url,
            "DATABASE_IAM": "false",
            "HOME": str(tmp_path),
            "LEADREEL_HOME": str(tmp_path / "home"),
            "AUTH_ISSUER": str(api.tools.settings.auth_issuer),
            "AUTH_KEYS_URL": str(api.tools.settings.auth_keys_url),
            "AUTH_APP_CLIENTS": ",".join(api.tools.settings.auth_app_clients),
        }
        settings = made | {key: value for key, value in here.items() if key in made} | aws.environment(name)
        storage = S3Storage(aws.client("s3", REGION), made["AWS_S3_BUCKET"])
        executions = StepFunctions(aws.client("stepfunctions", REGION), MACHINES)
        parts = Parts(database, storage, workspace_id)
        yield World(parts, api, aws, settings, vendors, executions)


VIDEOS = "/api/v1/videos"
Invoke = Callable[[Mapping[str, Any]], Any]
"""Starts the function on its first call, so that a case can make its world before."""


def api(world: World, invoke: Invoke) -> None:
    assert invoke(http("GET", "/health"))["statusCode"] == 403  # not by way of CloudFront
    headers = {
        "x-origin-key": ORIGIN_KEY,
        "authorization": f"Bearer {world.api.token()}",
        "content-type": "application/json",
    }

    def send(method: str, path: str, **fields: Any) -> dict[str, Any]:
        body = {"body": json.dumps(fields)} if fields else {}
        answer: dict[str, Any] = invoke(http(method, path, headers=headers, **body))
        return answer

    ready = json.loads(send("GET", "/health/ready")["body"])["checks"]
    assert {ready[part] for part in ("database", "storage", "executions")} == {"ok"}
    ana = {"name": "Ana Søren", "company": "Acme", "email": "ana@example.com"}
    assert send("POST", "/api/v1/leads", **ana)["statusCode"] == 201
    nobody = http("GET", "/api/v1/leads", headers=headers | {"authorization": "Bearer x.y.z"})
    assert invoke(nobody)["statusCode"] == 401
    assert send("GET", "/openapi.json")["statusCode"] == 200
    _order(world, send)
    _give(world, send)
    _show(world, send)
    for kind, row, operation in (
        ("recordings", world.parts.recording(), "recording"),
        ("voiceovers", world.parts.voiceover(), "voiceover"),
        ("composed", world.parts.composed(), "composition"),
    ):
        world.parts.run(operation, row)
        assert send("DELETE", f"{VIDEOS}/{kind}/{row}")["statusCode"] == 204


def _order(world: World, send: Callable[..., dict[str, Any]]) -> None:
    """A video is asked for, watched, stopped and decided on."""
    parts, logo = world.parts, f"uploads/{world.parts.workspace_id}/{'0' * 64}.png"
    parts.storage.put(logo, b"PNG")
    asked = {"name": "Ana", "company": "Acme", "url": "https://acme.example/"}
    made = send("POST", VIDEOS, **asked, styling={"branding": {"logo_path": logo}})
    assert made["statusCode"] == 202
    video = json.loads(made["body"])["id"]
    clip = f"clips/{parts.workspace_id}/any"
    parts.storage.put(f"{clip}/progress.json", b'{"frames_done": 5, "frames_total": 10}')
    with parts.database.workspace(parts.workspace_id) as session:
        encoding = {"status": "processing", "result": {"clips": {clip: 10}}}
        step = VideoStep.video_id == video, VideoStep.name == "compose"
        session.execute(update(VideoStep).where(*step).values(encoding))
    steps = json.loads(send("GET", f"{VIDEOS}/{video}")["body"])["steps"]
    assert [step["progress"] > 0 for step in steps if step["name"] == "compose"] == [True]
    assert send("POST", f"{VIDEOS}/{video}/cancel")["statusCode"] == 202
    for decision in ("approved", "rejected"):
        told = send("POST", f"{VIDEOS}/{world.waits()}/approvals/voice", decision=decision)
        assert told["statusCode"] == 200


def _give(world: World, send: Callable[..., dict[str, Any]]) -> None:
    """Files, at addresses that the function has signed: S3 holds them against the function's rights."""
    parts, composed = world.parts, world.parts.composed()
    for path, content in (
        (f"recordings/{parts.recording()}/file", b"recorded"),
        (f"voiceovers/{parts.voiceover()}/audio", b"spoken"),
        (f"composed/{composed}/thumbnail", f"thumbnail.jpg of {composed}".encode()),
    ):
        address = send("GET", f"{VIDEOS}/{path}")["headers"]["location"]
        assert httpx.get(address).content == content
    video = world.waits()
    parts.storage.put("voices/any.wav", b"RIFF")
    with parts.database.workspace(parts.workspace_id) as session:
        sample = {"audio_key": "voices/any.wav", "text": "Hi.", "duration_seconds": 1.0}
        session.execute(update(Approval).where(Approval.video_id == video).values(sample=sample))
    assert send("GET", f"{VIDEOS}/{video}/voice-sample")["statusCode"] == 200


def _show(world: World, send: Callable[..., dict[str, Any]]) -> None:
    """To all, to those who know a password, and to all again."""
    parts = world.parts
    hosted = parts.hosted(composed_video_id=parts.composed(), lead_id=parts.lead())
    page = f"v/{parts.get(HostedVideo, hosted).slug}"
    for change, kept in (
        ({"title": "For all"}, True),
        ({"password": "open sesame"}, False),
        ({"password": None}, True),
    ):
        assert send("PATCH", f"{VIDEOS}/hosted/{hosted}", **change)["statusCode"] == 200
        assert parts.storage.exists(f"public/{page}/index.html") == kept
        assert kept or "password" in send("GET", f"/{page}")["body"]


def script(world: World, invoke: Invoke) -> None:
    """Bought."""
    world.settings["OPENROUTER_BASE_URL"] = world.vendors.openrouter_url
    parts = world.parts
    row = parts.script(status="processing", sections=[])
    asked = {"voice_preset": "technical", "duration_seconds": 30, "style": "professional"}
    video = parts.run("script", row, "processing", options=asked)
    assert invoke(of(world, video)) == {"video_script_id": row}
    assert "Ana" in parts.get(VideoScript, row).sections[0]["content"]
    assert world.vendors.openrouter.charges == 1


def start_videos(world: World, invoke: Invoke) -> None:
    """The first of a batch is begun, and stopped when that is cancelled."""
    parts, settings = world.parts, Settings(leadreel_home=Path(world.settings["LEADREEL_HOME"]))
    leads = [{"name": f"Ana {row}", "company": "Acme"} for row in range(2)]
    request = BatchRequest.model_validate({"leads": leads, "video": {"url": "https://acme.example/"}})
    with parts.database.workspace(parts.workspace_id) as session:
        batch = ask_for_batch(session, request, parts.workspace_id, parts.storage, settings)
        batch_id, turn = batch.id, execution_of_batch(batch).value
    assert invoke(turn)["done"] is False
    with parts.database.workspace(parts.workspace_id) as session:
        turn = execution_of_batch(cancel_batch(session, batch_id, "ana")).value
    assert invoke(turn)["done"] is True
    with parts.database.workspace(parts.workspace_id) as session:
        first = session.scalars(select(Video).where(Video.batch_id == batch_id).order_by(Video.id)).first()
        assert first is not None
        run = execution_of(first)
    standing = world.executions.look(run.machine, run.name)
    assert standing is not None and standing.status == "ABORTED"


def approve(world: World, invoke: Invoke) -> None:
    video = world.asked_for(approve_voice=True)
    asked = of(world, video) | {"kind": "voice", "task_token": TOKEN}
    assert invoke(asked) == {"waits": True}
    assert world.parts.get(Video, video).status == "waiting_approval"
    for decision in ("approved", "rejected"):
        assert invoke(asked | of(world, world.waits(decision))) == {"waits": False}


def host(world: World, invoke: Invoke) -> None:
    """For all, and for those who know a password; what was elsewhere before is gone."""
    parts = world.parts
    for fields, place, former in (
        ({}, "public/v/{}/index.html", "guarded/{}/page.json"),
        ({"password_hash": "any"}, "guarded/{}/page.json", "public/v/{}/index.html"),
    ):
        made = {"composed_video_id": parts.composed(), "lead_id": parts.lead(), "status": "processing"}
        hosted = parts.hosted(**made, **fields)
        slug = parts.get(HostedVideo, hosted).slug
        parts.storage.put(former.format(slug), b"as it was")
        video = parts.run("hosting", hosted, "processing", lead_id=made["lead_id"])
        with parts.database.workspace(parts.workspace_id) as session:
            session.execute(text("UPDATE video_steps SET name = 'host' WHERE video_id = :id"), {"id": video})
        assert invoke(of(world, video)) == {"hosted_video_id": hosted, "slug": slug}
        assert not parts.storage.exists(former.format(slug))
        page = parts.storage.get(place.format(slug)).decode()
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
    """One with its picture, and one whose picture is gone."""
    parts, settings = world.parts, Settings(from_email=world.settings["FROM_EMAIL"], _env_file=None)
    composed = [parts.composed() for _ in range(2)]
    parts.storage.delete(parts.get(ComposedVideo, composed[1]).thumbnail_path)
    hosted = [parts.hosted(composed_video_id=each) for each in composed]
    with parts.database.workspace(parts.workspace_id) as session:
        fields = MailFields(email="bo@globex.example")
        mails = [add_mail(session, parts.workspace_id, each, fields, settings) for each in hosted]
    assert invoke({}) == {"sent": 2}
    rows = [parts.get(Mail, mail.id) for mail in mails]
    assert [(row.status, row.sent_by) for row in rows] == [("sent", "ses")] * 2


def tend(world: World, invoke: Invoke) -> None:
    """One that was never started, one that was tried again, and two whose pipelines have to be told."""
    parts = world.parts
    lost, again = world.asked_for(), world.asked_for()
    with parts.database.workspace(parts.workspace_id) as session:
        cancel_video(session, again, "ana")
        retry_video(session, again)
    for decision in ("approved", "rejected"):
        world.executions.start(*execution_of(parts.get(Video, world.waits(decision))))
    answer = invoke({"after_seconds": 0})
    assert (answer["started"], answer["answered"]) == (2, 2)
    for video in (lost, again):
        run = execution_of(parts.get(Video, video))
        assert world.executions.look(run.machine, run.name) is not None
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
    assert invoke(created) == {"files": 0, "views": 0}  # told twice
    world.parts.storage.put(key, b"no gzip")
    assert invoke(created) == {"files": 0, "views": 0}
    assert world.parts.storage.exists(UNREADABLE + key.removeprefix(VIEW_LOGS))


def migrate(world: World, invoke: Invoke) -> None:
    """From nothing."""
    folder = Path(world.settings["LEADREEL_HOME"])
    with served_rds(folder / "rds", make_identity(folder / "tls")) as rds:
        database, secrets = rds.make_database(), world.aws.client("secretsmanager", REGION)
        where = {"host": HOST, "port": rds.port, "dbname": database}
        for variable, username, password in (
            ("DATABASE_OWNER_SECRET", OWNER, rds.owner_password),
            ("DATABASE_APP_SECRET", APP, "of the functions"),
        ):
            fields = json.dumps(where | {"username": username, "password": password})
            secrets.put_secret_value(SecretId=world.settings[variable], SecretString=fields)
        world.settings["DATABASE_CA_FILE"] = str(rds.identity.authority)
        assert invoke({})["first_workspace"] == 1
        with rds.over_tls(APP, "of the functions", database) as cursor:
            cursor.execute("SELECT count(*) FROM videos")
            assert cursor.fetchone() == (0,)


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
def test_a_zip_answers_from_what_is_deployed_and_asks_for_what_it_is_granted(
    name: str, zips: Zips, world: World, deployed: Deployed, tmp_path: Path
) -> None:
    functions: list[Emulated] = []
    world.aws.calls.clear()
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
    deployed_files = {file for file in loaded if file.is_relative_to(zips.folder)}
    assert {file.suffix for file in deployed_files} <= {".pyc", ".so"}, (
        "something is compiled at each cold start"
    )
    assert len(deployed_files) > 100
    role = deployed.role(name)
    asked = {each for call in world.aws.calls if call.who == name for each in needed(call)}
    refused = {each for each in asked if not role.allows(*each)}
    assert not refused
    idle = [each for each in role.idle(asked) if not any(fnmatchcase(each[0], known) for known in UNASKED)]
    assert not idle
