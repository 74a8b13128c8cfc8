"""The vendors as one HTTP server on loopback, speaking their published wire form and counting charges.

    with VendorServer() as vendors:
        Settings(elevenlabs_api_key="any", elevenlabs_base_url=vendors.elevenlabs_url, …)
        vendors.elevenlabs.failures.append(Failure(429, {"detail": …}, {"Retry-After": "3"}))
        vendors.elevenlabs.charges  # how many answers were charged

A request that the vendor would refuse is refused in the vendor's form and not charged.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import numpy as np

RATE = 24_000
CHARACTER_SECONDS = 0.065
OUTPUT_FORMATS = {"mp3_44100_128", "pcm_16000", "pcm_22050", "pcm_24000", "pcm_44100"}
LEAST_TOKENS = 40


@dataclass
class Failure:
    """What goes wrong with one request, instead of an answer.

    way: refused is uncharged; truncated, lost and hung are charged, and the answer is cut off, never sent, or
    never ends.
    """

    status: int = 500
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    way: Literal["refused", "truncated", "lost", "hung"] = "refused"


class RefusalError(Exception):
    """The vendor says no."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


@dataclass
class Vendor:
    """What a vendor has seen. requests: bodies in order. charges: answers charged.

    seconds: how long an answer takes, from its charge on. most_at_once: how many were under way together.
    """

    refused_keys: set[str] = field(default_factory=set)
    failures: deque[Failure] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    charges: int = 0
    seconds: float = 0.0
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def under_way(self) -> Iterator[int]:
        """Counts a request while it lasts. Gives how many there are now."""
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            now = self.at_once
        try:
            yield now
        finally:
            with self.lock:
                self.at_once -= 1


@dataclass
class ElevenLabs(Vendor):
    """voices: id to name; None takes any id. unlisted: ids of those that the list leaves out (legacy ones).
    characters: how many were charged. at_most: calls at once.

    spoiled: what is wrong with the next answers' sound: silent, clipped or short. subscription: what
    GET /v1/user/subscription tells.
    """

    subscription: dict[str, Any] = field(
        default_factory=lambda: {"tier": "creator", "character_count": 0, "character_limit": 100_000}
    )
    voices: dict[str, str] | None = None
    unlisted: set[str] = field(default_factory=set)
    characters: int = 0
    at_most: int | None = None
    spoiled: deque[str] = field(default_factory=deque)


@dataclass
class OpenRouter(Vendor):
    """contents: what the model says next, instead of what `obey` makes of the order. price: of an answer.

    account: what GET /credits tells; None: nothing to this key. own: what GET /key tells.
    """

    account: dict[str, Any] | None = None
    own: dict[str, Any] = field(default_factory=lambda: {"limit": None, "limit_remaining": None})
    contents: deque[str] = field(default_factory=deque)
    obey: Callable[[dict[str, Any]], str] | None = None
    price: str = "0.00041325"


@dataclass
class Loom(Vendor):
    """videos: what each differs in from what `tell_loom` says of a video, by its id. Nothing is charged."""

    videos: dict[str, dict[str, Any]] = field(default_factory=dict)


class VendorServer:
    """All vendors, on a free port of loopback."""

    def __init__(self) -> None:
        self.elevenlabs = ElevenLabs()
        self.openrouter = OpenRouter()
        self.loom = Loom()
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        base = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.elevenlabs_url = f"{base}/elevenlabs"
        self.openrouter_url = f"{base}/openrouter/api/v1"
        self.loom_url = f"{base}/loom"

    def __enter__(self) -> VendorServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


def _handler(vendors: VendorServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Tests read what was counted, not a log."""

        def do_GET(self) -> None:
            if self.path.startswith("/loom/"):
                self._serve_loom()
            else:
                self._serve(None)

        def _serve_loom(self) -> None:
            place = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(place.query).items()}
            vendors.loom.requests.append(query)
            failure = vendors.loom.failures.popleft() if vendors.loom.failures else None
            try:
                answer = tell_loom(vendors.loom, place.path.removeprefix("/loom"), query)
            except RefusalError as refused:
                self._send(refused.status, refused.body)
                return
            with suppress(ConnectionError):
                if failure is not None and failure.way == "refused":
                    self._send(failure.status, failure.body, failure.headers)
                else:
                    self._answer(answer, failure)

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            try:
                body = json.loads(content)
            except ValueError:
                self._send(400, {"detail": "the body is no JSON"})
                return
            self._serve(body)

        def _serve(self, body: dict[str, Any] | None) -> None:
            place = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(place.query).items()}
            of_elevenlabs = place.path.startswith("/elevenlabs/")
            vendor: Vendor = vendors.elevenlabs if of_elevenlabs else vendors.openrouter
            try:
                if of_elevenlabs:
                    path = place.path.removeprefix("/elevenlabs")
                    _check_elevenlabs_key(vendors.elevenlabs, self.headers.get("xi-api-key"))
                    if body is None:
                        self._send(200, tell_elevenlabs(vendors.elevenlabs, path, query))
                        return
                    vendor.requests.append(body)
                    answer, quantity = speak(vendors.elevenlabs, path, query, body)
                else:
                    path = place.path.removeprefix("/openrouter")
                    _check_openrouter_key(vendors.openrouter, self.headers.get("authorization"))
                    if body is None:
                        self._send(200, tell_credits(vendors.openrouter, path))
                        return
                    vendor.requests.append(body)
                    answer, quantity = complete(vendors.openrouter, path, body)
            except RefusalError as refused:
                self._send(refused.status, refused.body)
                return
            failure = vendor.failures.popleft() if vendor.failures else None
            if failure is not None and failure.way == "refused":
                self._send(failure.status, failure.body, failure.headers)
                return
            with vendor.under_way() as now:
                crowded = (
                    isinstance(vendor, ElevenLabs) and vendor.at_most is not None and now > vendor.at_most
                )
                if not crowded:
                    self._charge(vendor, quantity)
            if crowded:
                self._send(429, {"detail": {"status": "too_many_concurrent_requests", "message": "too many"}})
                return
            with suppress(ConnectionError):  # of one who was killed in the meantime
                self._answer(answer, failure)

        def _charge(self, vendor: Vendor, quantity: int) -> None:
            with vendor.lock:
                vendor.charges += 1
                if isinstance(vendor, ElevenLabs):
                    vendor.characters += quantity
            vendors.closing.wait(vendor.seconds)

        def _answer(self, answer: Any, failure: Failure | None) -> None:
            if failure is None:
                self._send(200, answer)
            elif failure.way == "truncated":
                content = json.dumps(answer).encode()
                self._send(200, content[: len(content) // 2])
            elif failure.way == "lost":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            else:
                vendors.closing.wait(60)
                self.close_connection = True

        def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

    return Handler


# --- ElevenLabs ---------------------------------------------------------------------------------------------


def _check_elevenlabs_key(vendor: ElevenLabs, key: str | None) -> None:
    if not key or key in vendor.refused_keys:
        detail = {"status": "invalid_api_key", "message": "Invalid API key"}
        raise RefusalError(401, {"detail": detail})


def tell_elevenlabs(vendor: ElevenLabs, path: str, query: dict[str, str]) -> dict[str, Any]:
    return vendor.subscription if path == "/v1/user/subscription" else tell_voices(vendor, path, query)


def tell_voices(vendor: ElevenLabs, path: str, query: dict[str, str]) -> dict[str, Any]:
    """GET /v2/voices and /v1/voices/{voice_id}."""
    folder, _, voice_id = path.rpartition("/")
    if folder == "/v1/voices":
        return _tell_voice(vendor, voice_id)
    if path != "/v2/voices":
        raise RefusalError(404, {"detail": "Not Found"})
    wanted = query.get("search", "").casefold()
    found = [
        {"voice_id": voice_id, "name": name, "category": "premade"}
        for voice_id, name in (vendor.voices or {}).items()
        if wanted in name.casefold() and voice_id not in vendor.unlisted
    ]
    return {"voices": found, "has_more": False, "total_count": len(found), "next_page_token": None}


def _tell_voice(vendor: ElevenLabs, voice_id: str) -> dict[str, Any]:
    name = (vendor.voices or {}).get(voice_id)
    if name is None:
        detail = {"status": "voice_not_found", "message": f"A voice with voice_id {voice_id} was not found."}
        raise RefusalError(400, {"detail": detail})
    return {"voice_id": voice_id, "name": name, "category": "premade"}


def speak(
    vendor: ElevenLabs, path: str, query: dict[str, str], body: dict[str, Any]
) -> tuple[dict[str, Any], int]:
    """POST /v1/text-to-speech/{voice_id}/with-timestamps: a buzz for each word, and each character's time."""
    parts = path.strip("/").split("/")
    if len(parts) != 4 or parts[:2] != ["v1", "text-to-speech"] or parts[3] != "with-timestamps":
        raise RefusalError(404, {"detail": "Not Found"})
    if vendor.voices is not None and parts[2] not in vendor.voices:
        detail = {"status": "voice_not_found", "message": f"A voice with voice_id {parts[2]} was not found."}
        raise RefusalError(404, {"detail": detail})
    text, output_format = body.get("text"), query.get("output_format", "mp3_44100_128")
    if not isinstance(text, str) or not text or not isinstance(body.get("model_id"), str):
        raise RefusalError(
            422, {"detail": [{"loc": ["body", "text"], "msg": "Field required", "type": "missing"}]}
        )
    if output_format not in OUTPUT_FORMATS:
        raise RefusalError(
            422, {"detail": [{"loc": ["query"], "msg": "unknown output_format", "type": "enum"}]}
        )
    if output_format != "pcm_24000":
        raise RefusalError(400, {"detail": {"status": "not_here", "message": "this server speaks pcm_24000"}})
    for name, value in (body.get("voice_settings") or {}).items():
        if name != "use_speaker_boost" and not 0 <= value <= 1:
            raise RefusalError(
                422, {"detail": [{"loc": [name], "msg": "must be from 0 to 1", "type": "range"}]}
            )
    starts = [index * CHARACTER_SECONDS for index in range(len(text))]
    alignment = {
        "characters": list(text),
        "character_start_times_seconds": starts,
        "character_end_times_seconds": [start + CHARACTER_SECONDS for start in starts],
    }
    sound = buzz(text)
    if vendor.spoiled:
        sound = _spoiled(sound, vendor.spoiled.popleft())
    audio = base64.b64encode(sound.tobytes()).decode()
    return {"audio_base64": audio, "alignment": alignment, "normalized_alignment": alignment}, len(text)


def _spoiled(
    sound: np.ndarray[tuple[int], np.dtype[np.int16]], how: str
) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    if how == "silent":
        return np.zeros_like(sound)
    if how == "clipped":
        return np.clip(sound.astype(np.int32) * 20, -32768, 32767).astype(np.int16)
    return sound[: sound.size // 8]


def buzz(text: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """A buzz of 140 Hz where the text has characters, quiet at its spaces. Mono at 24 kHz."""
    samples = round(CHARACTER_SECONDS * RATE)
    loud = np.repeat([not character.isspace() for character in text], samples).astype(float)
    edge = np.ones(240) / 240
    time = np.arange(loud.size) / RATE
    wave = sum(np.sin(2 * np.pi * 140 * harmonic * time) / harmonic for harmonic in range(1, 12))
    return (np.convolve(loud, edge, "same") * wave * 4000).astype(np.int16)


# --- OpenRouter ---------------------------------------------------------------------------------------------


def _check_openrouter_key(vendor: OpenRouter, authorization: str | None) -> None:
    scheme, _, key = (authorization or "").partition(" ")
    if scheme != "Bearer" or not key or key in vendor.refused_keys:
        raise RefusalError(401, {"error": {"code": 401, "message": "No auth credentials found"}})


def tell_credits(vendor: OpenRouter, path: str) -> dict[str, Any]:
    """GET /api/v1/credits, for management keys alone, and /api/v1/key."""
    if path == "/api/v1/key":
        return {"data": vendor.own}
    if path != "/api/v1/credits":
        raise RefusalError(405, {"error": {"code": 405, "message": "Method Not Allowed"}})
    if vendor.account is None:
        raise RefusalError(403, {"error": {"code": 403, "message": "Only management keys can fetch credits"}})
    return {"data": vendor.account}


def complete(vendor: OpenRouter, path: str, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """POST /api/v1/chat/completions, with a JSON schema for the answer and the cost in `usage`."""
    if path != "/api/v1/chat/completions":
        raise RefusalError(404, {"error": {"code": 404, "message": "Not Found"}})
    complaint = _complaint(body)
    if complaint:
        raise RefusalError(400, {"error": {"code": 400, "message": complaint}})
    content = vendor.contents.popleft() if vendor.contents else _obeyed(vendor, body["messages"])
    usage: dict[str, Any] = {
        "prompt_tokens": LEAST_TOKENS + len(json.dumps(body["messages"])) // 4,
        "completion_tokens": LEAST_TOKENS + len(content) // 4,
    }
    usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]
    if (body.get("usage") or {}).get("include"):
        usage["cost"] = float(vendor.price)
    message = {"role": "assistant", "content": content}
    reply = {
        "id": f"gen-{vendor.charges}",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": usage,
    }
    return reply, usage["total_tokens"]


def _complaint(body: dict[str, Any]) -> str:
    messages = body.get("messages")
    if not isinstance(body.get("model"), str) or "/" not in body["model"]:
        return f"{body.get('model')} is not a valid model ID"
    if not isinstance(messages, list) or not messages:
        return "messages: required"
    for message in messages:
        if message.get("role") not in {"system", "user", "assistant"} or not message.get("content"):
            return "messages: each needs a role and content"
    wanted = body.get("response_format") or {}
    schema = wanted.get("json_schema") or {}
    if wanted.get("type") != "json_schema" or not schema.get("name") or not schema.get("schema"):
        return "response_format: a named JSON schema is needed"
    return ""


def _obeyed(vendor: OpenRouter, messages: list[dict[str, str]]) -> str:
    if vendor.obey is None:
        return obedient_script(messages)
    return vendor.obey(json.loads(next(one["content"] for one in messages if one["role"] == "user")))


def obedient_script(messages: list[dict[str, str]]) -> str:
    """What a good model would answer to the order in the first user message."""
    order = json.loads(next(message["content"] for message in messages if message["role"] == "user"))
    total = order["duration_seconds"]
    intro, cta = order["intro_seconds"], order["cta_seconds"] or 1
    campaign = "greet_as" not in order
    name = "{first_name|there}" if campaign else order["greet_as"] or "there"
    company = "{company|your team}" if campaign else order["company"] or "your team"
    middle = [
        "The page opens with what it is about.",
        *(f"Note this: {one.rstrip('.')}." for one in order["key_messages"]),
    ]
    told = [("Introduction", f"Hello {name}, a short look for {company}.", intro, "intro")]
    each = (total - intro - cta) / len(middle)
    told += [("The page", text, each, "feature" if index else "demo") for index, text in enumerate(middle)]
    told.append(("Next step", f"{name}, simply reply.", cta, "cta"))
    keys = ("title", "content", "duration_seconds", "scene_type")
    return json.dumps({"sections": [dict(zip(keys, section, strict=True)) for section in told]})


# --- Loom ---------------------------------------------------------------------------------------------------


def tell_loom(vendor: Loom, path: str, query: dict[str, str]) -> dict[str, Any]:
    """GET /v1/oembed of a share URL, in the form of https://oembed.com for a video."""
    if path != "/v1/oembed":
        raise RefusalError(404, {"message": "Not Found"})
    folder, _, video_id = query.get("url", "").rpartition("/")
    if folder != "https://www.loom.com/share" or video_id not in vendor.videos:
        raise RefusalError(404, {"message": "Not Found"})
    told = {
        "type": "video",
        "version": "1.0",
        "html": f'<iframe src="https://www.loom.com/embed/{video_id}"></iframe><script>alert(1)</script>',
        "height": 1440,
        "width": 1920,
        "provider_name": "Loom",
        "provider_url": "https://www.loom.com",
        "thumbnail_height": 1440,
        "thumbnail_width": 1920,
        "thumbnail_url": f"https://cdn.loom.com/sessions/thumbnails/{video_id}-4f2a.gif",
        "duration": 61.7,
        "title": "<b>Our</b> Loom",
    }
    return told | vendor.videos[video_id]
