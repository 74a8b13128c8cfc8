"""The OpenAPI document: what the routes say by themselves, and what they can't know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from functions.api.problems import ProblemDocument, problem_answers
from functions.api.routes import all_routers
from shared.settings import Settings

DESCRIPTION = """
Every request but `/health` carries an access token: press **Authorize**. Errors are problem documents
(RFC 9457). A `POST` takes an `Idempotency-Key`, so that asking again is safe; what is shown has an `ETag`;
lists are read page by page with `cursor`. Requests are counted by the minute, and each answer says in
`RateLimit` how many are left.
"""

TAGS = {
    "videos": "A personal video for a lead: asked for here, made by the pipeline, followed step by step.",
    "batches": "A personal video for each of many leads, made a few at a time.",
    "recordings": "Tours of pages, filmed on their own.",
    "scripts": "What is said to a lead, section by section; edited, approved, and kept in all versions.",
    "voiceovers": "Scripts, spoken.",
    "composed videos": "Recordings and voiceovers put together, in several sizes, with a certificate.",
    "hosted videos": "Videos under an address of their own: who may see them, and who watched.",
    "mail": "Mail that brings a lead the video: asked for here, sent soon after, and what came of it.",
    "leads": "The people that videos are for.",
    "demo sites": "Pages that are recorded often, with what lets a browser in, which is never shown again.",
    "costs": "What was spent, to the invocation and the vendor's call.",
    "workspace": "What is asked of every video of the workspace.",
    "webhooks": "Addresses of yours that are told what happened, signed, and tried again for a day.",
    "machine clients": "Programs that sign in by themselves.",
    "audit": "Who changed what, and when.",
    "health": "Whether the API answers, and whether what it needs does. No token is asked for.",
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "addLead": {"name": "Ana Silva", "company": "Acme", "email": "ana@acme.example", "title": "CFO"},
    "changeLead": {"title": "CEO", "notes": None},
    "addDemoSite": {"name": "Acme's shop", "url": "https://demo.acme.example/"},
    "makeVideo": {"name": "Ana Silva", "company": "Acme", "url": "https://demo.acme.example/"},
    "makeBatch": {
        "name": "Spring campaign",
        "leads": [
            {"name": "Ana Silva", "company": "Acme", "email": "ana@acme.example"},
            {"name": "Bo Lind", "company": "Globex", "email": "bo@globex.example"},
        ],
        "video": {"url": "https://demo.acme.example/?name={name}", "script_mode": "campaign"},
    },
    "startRecording": {
        "lead_id": 1,
        "url_recorded": "https://demo.acme.example/?name={name}",
        "resolution": "1920x1080",
        "recording_settings": {"frame_rate": 30, "show_cursor": True, "highlight_clicks": True},
    },
    "generateScript": {
        "lead_id": 1,
        "script_style": "professional",
        "total_duration_seconds": 60,
        "target_audience": "SaaS founders",
        "key_messages": ["Easy integration", "Cost effective"],
    },
    "synthesizeVoiceover": {"video_script_id": 1, "voice_preset": "professional_male", "format": "mp3"},
    "composeVideo": {
        "screen_recording_id": 1,
        "voiceover_id": 1,
        "intro": {"enabled": True, "duration_seconds": 3, "text": "Custom demo for Acme"},
        "quality_versions": ["1080p", "720p"],
    },
    "hostVideo": {"composed_video_id": 1, "title": "Custom demo for Acme", "privacy": "unlisted"},
    "mailHostedVideo": {"subject": "A short video for Acme", "message": "Hello Ana,\nhave a look at this."},
    "addWebhook": {"url": "https://hooks.acme.example/leadreel", "events": ["video.ready", "video.failed"]},
    "addMachineClient": {"name": "CRM", "role": "member"},
}


def describe(app: FastAPI) -> None:
    """Serves the document at /openapi.json, made when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document_of(all_routers())
        return app.openapi_schema

    async def show(request: Request) -> JSONResponse:  # where routes are loaded, too: never both at once
        return JSONResponse(placed(openapi(), request.app.state.tools().settings))

    app.openapi = openapi  # type: ignore[method-assign]
    app.add_api_route("/openapi.json", show, include_in_schema=False)


def document_of(routers: Sequence[APIRouter]) -> dict[str, Any]:
    """FastAPI describes an application; this one is there for that alone."""
    described = FastAPI(
        title="Leadreel",
        summary="A personal demo video for every lead",
        description=DESCRIPTION,
        version="1.0.0",
        separate_input_output_schemas=False,
    )
    for router in routers:
        described.include_router(router)
    document = described.openapi()
    schemas = document["components"]["schemas"]
    _add_problems(schemas)
    _add_common_answers(document)
    _take_defaults(document)
    _ask_for_kinds(document, schemas)
    _add_tags(document)
    _add_examples(document)
    _add_summaries(document)
    return document


def placed(document: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The document, with where people sign in and as which application."""
    pages = settings.auth_sign_in_url
    urls = {
        "authorizationUrl": f"{pages}/oauth2/authorize",
        "tokenUrl": f"{pages}/oauth2/token",
        "refreshUrl": f"{pages}/oauth2/token",
    }
    components = document["components"]
    schemes = {
        name: scheme | {"flows": {kind: flow | urls for kind, flow in scheme["flows"].items()}}
        for name, scheme in components["securitySchemes"].items()
    }
    return document | {
        "components": components | {"securitySchemes": schemes},
        "servers": [{"url": "/", "description": "This site"}],
        "x-client-id": next(iter(settings.auth_app_clients), None),
    }


def _add_problems(schemas: dict[str, Any]) -> None:
    """Routes refer to the problem document by its name."""
    schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs", {}))
    schemas["ProblemDocument"] = schema


def _add_common_answers(document: dict[str, Any]) -> None:
    """What stands before the routes or after them: limits, what can't be read, and what is known already."""
    for operation in _operations(document):
        answers: dict[int | str, Any] = dict(problem_answers(422))
        if operation.get("security"):
            answers |= problem_answers(429)
        if "requestBody" in operation:
            answers |= problem_answers(413)
        if any(parameter["name"] == "If-None-Match" for parameter in operation.get("parameters", ())):
            answers |= {304: {"description": "It is what If-None-Match names."}}
        for status, said in answers.items():
            operation["responses"].setdefault(str(status), said)


def _take_defaults(document: dict[str, Any]) -> None:
    """A field that a PATCH leaves out stays as it is: a client that filled in defaults would change it."""
    for operation in (methods["patch"] for methods in document["paths"].values() if "patch" in methods):
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for field in document["components"]["schemas"][reference.rpartition("/")[2]]["properties"].values():
            field.pop("default", None)


def _ask_for_kinds(value: Any, schemas: dict[str, Any]) -> None:
    """Which of several schemas is meant has to be said: a default says it only where there is no choice."""
    if isinstance(value, dict):
        choice = value.get("discriminator")
        if isinstance(choice, dict):
            name = choice["propertyName"]
            for schema in (schemas[place.rpartition("/")[2]] for place in choice["mapping"].values()):
                schema["properties"][name].pop("default", None)
                schema["required"] = sorted({*schema.get("required", ()), name})
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _ask_for_kinds(each, schemas)


def _add_tags(document: dict[str, Any]) -> None:
    """Those that are used, in the order of the routes."""
    used = [tag for operation in _operations(document) for tag in operation.get("tags", ())]
    document["tags"] = [{"name": tag, "description": TAGS.get(tag, "")} for tag in dict.fromkeys(used)]


def _add_examples(document: dict[str, Any]) -> None:
    for operation in _operations(document):
        example = EXAMPLES.get(operation["operationId"])
        if example is not None:
            operation["requestBody"]["content"]["application/json"]["example"] = example


def _add_summaries(document: dict[str, Any]) -> None:
    """The first line of a route's docstring; FastAPI would take the function's name."""
    for operation in _operations(document):
        first, _, rest = str(operation.get("description", operation["summary"])).partition("\n")
        operation["summary"] = first.removesuffix(".")
        operation["description"] = rest.strip()


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for methods in document["paths"].values() for operation in methods.values()]
