"""Every route, asked by everybody: from the document itself, so that one that is added is here by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from functions.api.app import make_app
from functions.api.signing_in import SCOPES
from shared.accounts import ALLOWED, ROLES, Role, open_workspace
from shared.database import Database
from shared.database.models import Approval, Base, Video
from tests.support.api import Api
from tests.support.parts import Parts
from tests.support.serving import NoRuns

Things = dict[str, Any]
VIDEO = {"name": "Ana", "company": "Acme", "url": "https://acme.example/"}
HOOK = {"url": "https://acme.example/", "events": ["video.ready"]}
BODIES: dict[str, Callable[[Things], dict[str, Any]]] = {
    "addLead": lambda things: {"name": "Ana", "company": "Acme"},
    "makeVideo": lambda things: VIDEO,
    "makeBatch": lambda things: {
        "leads": [{"name": "Ana", "company": "Acme"}], "video": {"url": "https://acme.example/"},
    },
    "addMachineClient": lambda things: {"name": "CRM"},
    "addWebhook": lambda things: HOOK,
    "addDemoSite": lambda things: {"name": "Acme", "url": "https://acme.example/"},
    "startRecording": lambda things: {"lead_id": things["lead_id"], "url_recorded": "https://acme.example/"},
    "generateScript": lambda things: {"lead_id": things["lead_id"]},
    "synthesizeVoiceover": lambda things: {"video_script_id": things["script_id"]},
    "composeVideo": lambda things: {
        "screen_recording_id": things["recording_id"], "voiceover_id": things["voiceover_id"],
    },
    "decideOnVideo": lambda things: {"decision": "approved"},
    "mailHostedVideo": lambda things: {"email": "ana@acme.example"},
    "hostVideo": lambda things: {"composed_video_id": things["composed_video_id"]},
}  # fmt: skip
PUBLIC = {"getHealth", "getReadiness"}


def routes() -> list[tuple[str, str, str, str | None]]:
    """(method, path, operation id, permission; None for what is public)."""
    found = []
    for path, operations in make_app().openapi()["paths"].items():
        for method, operation in operations.items():
            security = operation.get("security", [])
            scopes = [scope for each in security for scheme in each.values() for scope in scheme]
            found.append((method.upper(), path, operation["operationId"], scopes[0] if scopes else None))
    return found


ROUTES = routes()


def test_every_route_says_who_may() -> None:
    assert {operation for _, _, operation, permission in ROUTES if permission is None} == PUBLIC
    assert {permission for *_, permission in ROUTES} - {None} <= set(SCOPES)


def _running(api: Api, parts: Parts, things: Things) -> None:
    """A video that is being made, and waits for somebody to approve its voice."""
    video = api.ask("POST", "/api/v1/videos", json=VIDEO | {"approve_voice": True}).json()["id"]
    sample = {"audio_key": "voices/x.wav", "text": "Hi.", "duration_seconds": 1.0}
    api.storage.put("voices/x.wav", b"RIFF", "audio/wav")
    with api.tools.database.workspace(api.workspace_id) as session:
        session.add(Approval(workspace_id=api.workspace_id, video_id=video, kind="voice", sample=sample))
    things["video_id"] = video


def _unfinished(api: Api, parts: Parts, things: Things) -> None:
    things["batch_id"] = parts.batch("processing", "completed")


BEFORE: dict[str, Callable[[Api, Parts, Things], None]] = {
    "cancelBatch": _unfinished,
    "cancelVideo": _running, "decideOnVideo": _running, "getVoiceSample": _running,
}  # fmt: skip
"""What has to be with the things for an operation to succeed."""


def make_things(api: Api, parts: Parts) -> Things:
    """An id for each parameter of a path, of things that are there."""
    lead, owner = parts.lead(), parts.lead()
    site = api.ask("POST", "/api/v1/demo-sites", json=BODIES["addDemoSite"]({})).json()["id"]
    video = api.ask("POST", "/api/v1/videos", json=VIDEO).json()["id"]
    parts.set(Video, video, status="failed")  # else it can't be deleted
    client = api.ask("POST", "/api/v1/machine-clients", role="owner", json={"name": "CRM"}).json()["id"]
    hook = api.ask("POST", "/api/v1/webhooks", role="owner", json=HOOK).json()["id"]
    told = api.ask("POST", f"/api/v1/webhooks/{hook}/test", role="owner").json()["id"]
    recording, script = parts.recording(lead_id=owner), parts.script(lead_id=owner)
    hosted = parts.hosted(lead_id=owner)
    mail = api.ask("POST", f"/api/v1/videos/hosted/{hosted}/mails", json=BODIES["mailHostedVideo"]({}))
    viewport = {"width": 1280, "height": 720, "fps": 30}
    parts.run("recording", recording, lead_id=owner, options={"viewport": viewport})
    return {
        "lead_id": lead, "demo_site_id": site, "video_id": video, "client_id": client,
        "recording_id": recording, "script_id": script,
        "voiceover_id": parts.voiceover(lead_id=owner, video_script_id=parts.script(lead_id=owner)),
        "composed_video_id": parts.composed(lead_id=owner), "hosted_video_id": hosted,
        "mail_id": mail.json()["id"],
        "webhook_id": hook, "delivery_id": told, "kind": "voice", "batch_id": parts.batch("failed"),
    }  # fmt: skip


@pytest.mark.parametrize("who", [None, *get_args(Role), "stranger"])
def test_the_matrix(who: str | None, api: Api, parts: Parts, database: Database) -> None:
    api.tools.__dict__["executions"] = NoRuns()
    stranger = open_workspace(database, f"strangers to {api.workspace_id}") if who == "stranger" else None
    role = next((role for role in ROLES if role == who), None if who is None else "admin")
    things, wrong = make_things(api, parts), []
    for method, path, operation, permission in ROUTES:
        may = permission is None or (role is not None and permission in ALLOWED[role])
        hidden = stranger is not None and "{" in path
        if operation in BEFORE:
            things = make_things(api, parts)
            BEFORE[operation](api, parts, things)
        options: dict[str, Any] = {"headers": {"Prefer": "respond-async"}}
        if method in {"POST", "PATCH"}:
            options["json"] = BODIES.get(operation, lambda things: {})(things)
        answer = api.ask(method, path.format(**things), role=role, workspace_id=stranger, **options)
        if role is None and permission is not None:
            expected = {401}
        elif not may:
            expected = {403}
        elif hidden or (stranger is not None and operation in NAMES_OTHERS):
            expected = {404}
        else:
            expected = {200, 201, 202, 204, 307}
        if answer.status_code not in expected:
            wrong.append(f"{operation}: {answer.status_code} instead of {expected}: {answer.text[:200]}")
        if operation in BEFORE or (may and method != "GET" and stranger is None):
            things = make_things(api, parts)  # what was there is changed, or gone
    assert wrong == []


NAMES_OTHERS = {"startRecording", "generateScript", "synthesizeVoiceover", "composeVideo", "hostVideo"}
"""Their bodies name what belongs to a workspace."""


def test_row_level_security_stands_alone(api: Api, parts: Parts, database: Database) -> None:
    """Nothing in the application filters by workspace: what another workspace does not see, Postgres hides.

    Asked here with no application at all: each table, as the functions' role, for a stranger.
    """
    api.tools.__dict__["executions"] = NoRuns()
    make_things(api, parts)
    stranger = open_workspace(database, f"strangers to {api.workspace_id}")
    owned = [table for table in Base.metadata.sorted_tables if "workspace_id" in table.c]
    with database.workspace(api.workspace_id) as session:
        filled = [table for table in owned if session.execute(table.select().limit(1)).first()]
    assert {"leads", "videos", "webhooks", "audit_entries", "hosted_videos"} <= {t.name for t in filled}
    with database.workspace(stranger) as session:
        seen = [
            table.name
            for table in filled
            if session.execute(table.select().where(table.c.workspace_id == api.workspace_id)).first()
        ]
        assert seen == []
        for table in (table for table in filled if table.name != "audit_entries"):
            changed = session.execute(table.update().values(workspace_id=stranger)).rowcount  # type: ignore[attr-defined]
            mine = session.execute(table.select()).all()
            assert changed == len(mine), table.name
