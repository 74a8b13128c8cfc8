"""Orders of single parts: each starts a run of just the steps that make it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from sqlalchemy.orm import Session

from functions.api.call import Call, Read
from functions.api.parameters import IdempotencyKey
from functions.api.problems import problem_answers
from functions.api.signing_in import Writer
from shared.accounts import read_workspace
from shared.values import Value
from shared.videos import (
    ComposedState,
    CompositionOrder,
    HostedState,
    HostingOrder,
    Operation,
    RecordingOrder,
    RecordingState,
    ScriptOrder,
    ScriptState,
    VoiceoverOrder,
    VoiceoverState,
    composed_state,
    execution_of,
    hosted_state,
    order_composition,
    order_hosting,
    order_recording,
    order_script,
    order_voiceover,
    read_script,
    read_voiceover,
    recording_state,
    run_making,
    script_state,
    voiceover_state,
)

PATH = "/api/v1/videos"
ASK_AGAIN_SECONDS = 2
_MAKING = frozenset({"pending", "processing", "waiting_approval"})
PROBLEMS = problem_answers(401, 403, 404, 409, 413, 422, 429, 503)

router = APIRouter(prefix=PATH, responses=PROBLEMS)
Prefer = Annotated[
    str | None,
    Header(
        max_length=200, description="`respond-async`: answer 202 at once, without waiting for the result."
    ),
]


@router.post(
    "/recordings/start",
    operation_id="startRecording",
    tags=["recordings"],
    status_code=202,
    response_model=RecordingState,
)
def start_recording(call: Writer, order: RecordingOrder, idempotency_key: IdempotencyKey = None) -> Response:
    """Record a tour of a page. It takes about as long as it lasts: ask for it again at Location."""
    tools = call.tools

    def make(session: Session) -> RecordingState:
        return recording_state(
            order_recording(session, order, call.workspace_id, tools.storage, tools.settings)
        )

    return _ordered(call, order, "recording", make, "recordings")


@router.post(
    "/scripts/generate",
    operation_id="generateScript",
    tags=["scripts"],
    status_code=201,
    response_model=ScriptState,
    responses={202: {"model": ScriptState, "description": "It is still being written."}},
)
def generate_script(
    call: Writer, order: ScriptOrder, idempotency_key: IdempotencyKey = None, prefer: Prefer = None
) -> Response:
    """Write a script for a lead; 201 if it is there within 20 s, else 202."""

    def make(session: Session) -> ScriptState:
        return script_state(order_script(session, order, call.workspace_id, call.tools.settings))

    return _ordered(call, order, "script", make, "scripts", _unless_async(prefer, read_script))


@router.post(
    "/voiceovers/synthesize",
    operation_id="synthesizeVoiceover",
    tags=["voiceovers"],
    status_code=201,
    response_model=VoiceoverState,
    responses={202: {"model": VoiceoverState, "description": "It is still being spoken."}},
)
def synthesize_voiceover(
    call: Writer, order: VoiceoverOrder, idempotency_key: IdempotencyKey = None, prefer: Prefer = None
) -> Response:
    """Speak a script; 201 if it is there within 20 s, else 202. Where the workspace has voices approved, a
    sample waits for that first: `needs` says where."""
    with call.session() as session:
        waits = read_workspace(session, call.workspace_id).approve_voices
    finished = None if waits else _unless_async(prefer, read_voiceover)

    def make(session: Session) -> VoiceoverState:
        return voiceover_state(session, order_voiceover(session, order, call.workspace_id))

    return _ordered(call, order, "voiceover", make, "voiceovers", finished)


@router.post(
    "/compose",
    operation_id="composeVideo",
    tags=["composed videos"],
    status_code=202,
    response_model=ComposedState,
)
def compose_video(call: Writer, order: CompositionOrder, idempotency_key: IdempotencyKey = None) -> Response:
    """Put a recording and a voiceover together, with cards before and after. Ask for it again at Location."""
    tools = call.tools

    def make(session: Session) -> ComposedState:
        return composed_state(
            order_composition(session, order, call.workspace_id, tools.storage, tools.settings)
        )

    return _ordered(call, order, "composition", make, "composed")


@router.post(
    "/host",
    operation_id="hostVideo",
    tags=["hosted videos"],
    status_code=202,
    response_model=HostedState,
)
def host_video(call: Writer, order: HostingOrder, idempotency_key: IdempotencyKey = None) -> Response:
    """Publish a composed video, or one that lies at Loom, under an address of its own. Ask for it again at
    Location."""

    def make(session: Session) -> HostedState:
        return hosted_state(order_hosting(session, order, call.workspace_id, call.tools.settings))

    return _ordered(call, order, "hosting", make, "hosted")


def _ordered(
    call: Call,
    order: Value,
    operation: Operation,
    make: Callable[[Session], Value],
    folder: str,
    finished: Read | None = None,
) -> Response:
    """202 with the part as it stands, its run begun; 201 if it has ended while somebody waits for it."""

    def begin(part_id: int) -> None:
        with call.session() as session:
            execution = execution_of(run_making(session, operation, part_id))
        call.tools.executions.start(*execution)

    response = call.add(
        make, order, lambda part: f"{PATH}/{folder}/{part.id}", status=202, begin=begin, finished=finished
    )
    if response.status_code == 202:
        response.headers["Retry-After"] = str(ASK_AGAIN_SECONDS)
    return response


def _unless_async(prefer: str | None, read: Callable[[Session, int], Any]) -> Read | None:
    """RFC 7240."""
    wishes = {wish.strip().lower() for wish in (prefer or "").split(",")}
    return None if "respond-async" in wishes else lambda session, part_id: ended(read(session, part_id))


def ended(part: Any) -> Any | None:
    return None if part.status in _MAKING else part
