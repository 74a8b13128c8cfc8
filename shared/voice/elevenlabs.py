"""The voice of ElevenLabs, by its SDK: text to speech with timestamps.

Source of the wire form: the vendor's API reference and the types in its SDK (2.78), which stand above older
prints of the specification: `alignment` holds three lists side by side.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np

from shared.costs import Allowance, Answer, AnswerLost, Ledger, PaidCall, Prices
from shared.errors import LeadreelError, Permanent, RateLimited, Retryable
from shared.settings import Settings
from shared.voice.port import Line, Persona, Utterance, VoicePreset, VoiceSettings

if TYPE_CHECKING:
    from elevenlabs.client import AsyncElevenLabs
    from elevenlabs.core.api_error import ApiError

# No codec, so the times are exact, and allowed on every plan (44.1 kHz PCM is not); speech ends below 12 kHz
OUTPUT_FORMAT, OUTPUT_RATE = "pcm_24000", 24_000
VERSION = "2"
_WITHOUT_CONTEXT = "eleven_v3"  # takes no text before and after
_TOLD_LANGUAGE = ("turbo_v2_5", "flash_v2_5")  # the others hear it from the text
TIMEOUT_SECONDS = 120.0
QUEUE_SECONDS = 1.0  # too many calls at once: one is soon over. A busy system (`system_busy`) takes longer


class UnknownVoice(Permanent):
    """ElevenLabs has no such voice."""


class ElevenLabsVoice:
    """Buys through the ledger. `settings` carry the key, the base URL, the model, the plan and the voices."""

    version = VERSION

    def __init__(self, settings: Settings, ledger: Ledger, prices: Prices) -> None:
        if settings.elevenlabs_api_key is None:
            raise Permanent("ELEVENLABS_API_KEY is not set, so the ElevenLabs voice can't be used")
        self._key = settings.elevenlabs_api_key.get_secret_value()
        self._settings = settings
        self._ledger = ledger
        self._prices = prices

    @property
    def model(self) -> str:
        return self._settings.elevenlabs_model_id

    @property
    def hears_context(self) -> bool:
        return not self.model.startswith(_WITHOUT_CONTEXT)

    async def cast(self, preset: VoicePreset, language: str) -> Persona:
        """The most particular setting wins. A voice speaks every language of the model.

        VOICE_<PRESET> if it is set, else ELEVENLABS_VOICE_ID, else the voice called ELEVENLABS_VOICE_NAME,
        else the default of VOICE_<PRESET>.
        """
        settings, variable = self._settings, f"voice_{preset}"
        own: str = getattr(settings, variable)
        if variable in settings.model_fields_set:
            return Persona(own, preset)
        if settings.elevenlabs_voice_id:
            return Persona(settings.elevenlabs_voice_id, settings.elevenlabs_voice_name or preset)
        if settings.elevenlabs_voice_name:
            return await self._find(settings.elevenlabs_voice_name)
        return Persona(own, preset)

    async def say(self, line: Line, persona: Persona, settings: VoiceSettings) -> Utterance:
        request = self._request(line, persona, settings)
        call = PaidCall(
            "elevenlabs", "text-to-speech", request | ({"take": line.take} if line.take > 1 else {})
        )
        at_once = self._prices.elevenlabs_at_once(self._settings.elevenlabs_plan)
        answer = await self._ledger.buy(call, lambda: self._purchase(request), at_once)
        kept = json.loads(answer.body)
        samples = np.frombuffer(base64.b64decode(kept["audio_base64"]), "<i2").astype(np.int16)
        times = word_times(line.text, kept["alignment"], samples.size / OUTPUT_RATE)
        return Utterance(
            samples, OUTPUT_RATE, times, int(answer.quantity), answer.price_usd, answer.bought_before
        )

    def _request(self, line: Line, persona: Persona, settings: VoiceSettings) -> dict[str, Any]:
        """The SDK's arguments."""
        request: dict[str, Any] = {
            "voice_id": persona.voice_id,
            "model_id": self.model,
            "output_format": OUTPUT_FORMAT,
            "text": line.text,
            "voice_settings": settings.model_dump(exclude_none=True),
        }
        if self.hears_context:
            around = {"previous_text": line.before, "next_text": line.after}
            request |= {name: text for name, text in around.items() if text}
        if self.model.endswith(_TOLD_LANGUAGE):
            request["language_code"] = line.language
        return request

    async def _purchase(self, request: dict[str, Any]) -> Answer:
        from elevenlabs.types import VoiceSettings as VendorSettings

        chosen = request["voice_settings"]
        async with self._client() as client:
            reply = await client.text_to_speech.convert_with_timestamps(
                **request | {"voice_settings": VendorSettings(**chosen) if chosen else None},
                request_options={"max_retries": 0},  # the ledger and the state machine decide about retries
            )
        body = _whole_answer(reply.dict())
        characters = len(request["text"])
        price = self._prices.elevenlabs_usd(characters, self.model, self._settings.elevenlabs_plan)
        return Answer(body, price, Decimal(characters), "characters")

    async def voices(self) -> Sequence[Persona]:
        found: list[Persona] = []
        token: str | None = None
        async with self._client() as client:
            while True:
                reply = await client.voices.search(
                    page_size=100, next_page_token=token, request_options={"max_retries": 0}
                )
                found += [Persona(voice.voice_id, voice.name or "") for voice in reply.voices]
                token = reply.next_page_token
                if not (reply.has_more and token):
                    return found

    async def find(self, voice_id: str) -> Persona | None:
        """The vendor's legacy voices, Rachel and Josh among them, are not listed, and still speak."""
        try:
            async with self._client() as client:
                voice = await client.voices.get(voice_id, request_options={"max_retries": 0})
        except UnknownVoice:
            return None
        return Persona(voice.voice_id, voice.name or "")

    async def allowance(self) -> Allowance:
        """What the plan's period has left. https://elevenlabs.io/docs/api-reference/user/subscription/get"""
        async with self._client() as client:
            plan = await client.user.subscription.get(
                request_options={"max_retries": 0, "timeout_in_seconds": 10}
            )
        reset = plan.next_character_count_reset_unix
        return Allowance(
            remaining=Decimal(max(plan.character_limit - plan.character_count, 0)),
            unit="characters",
            quota=Decimal(plan.character_limit),
            resets_at=None if reset is None else datetime.fromtimestamp(reset, UTC),
        )

    async def _find(self, name: str) -> Persona:
        async with self._client() as client:
            reply = await client.voices.search(search=name, request_options={"max_retries": 0})
        for voice in reply.voices:
            called = voice.name or ""
            if name.casefold() in {called.casefold(), called.split(" - ")[0].casefold()}:
                return Persona(voice.voice_id, called)
        raise UnknownVoice(f"ElevenLabs has no voice called {name!r}; check ELEVENLABS_VOICE_NAME")

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[AsyncElevenLabs]:
        """A client for one call; what goes wrong leaves it as one of our errors."""
        from elevenlabs.client import AsyncElevenLabs  # takes more than a second, and reads the environment
        from elevenlabs.core.api_error import ApiError

        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as http:
                yield AsyncElevenLabs(
                    api_key=self._key, base_url=self._settings.elevenlabs_base_url, httpx_client=http
                )
        except ApiError as error:
            raise explained(error) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Retryable(f"ElevenLabs can't be reached: {error}") from error
        except httpx.HTTPError as error:
            raise AnswerLost(
                f"ElevenLabs was asked, and the answer did not arrive ({type(error).__name__})"
            ) from error


def _whole_answer(reply: dict[str, Any]) -> bytes:
    """What is kept. Raises AnswerLost when the audio is not whole."""
    try:
        audio = base64.b64decode(reply["audio_base64"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise AnswerLost("ElevenLabs answered without whole audio") from error
    if not audio or len(audio) % 2:
        raise AnswerLost("ElevenLabs answered with audio that is cut off")
    kept = {"audio_base64": reply["audio_base64"], "alignment": reply.get("alignment")}
    return json.dumps(kept).encode()


def word_times(
    text: str, alignment: dict[str, Any] | None, duration_seconds: float
) -> tuple[tuple[float, float], ...]:
    """Start and end in seconds of each word of `text.split()`, from the times of its characters.

    Without times that match the text, the words share the duration by their lengths.
    """
    words = text.split()
    spans: list[tuple[float, float]] = []
    if alignment is not None:
        spans = _spans(
            alignment["characters"],
            alignment["character_start_times_seconds"],
            alignment["character_end_times_seconds"],
        )
    if len(spans) != len(words):
        marks = np.cumsum([0, *(len(word) + 1 for word in words)]) / sum(len(word) + 1 for word in words)
        spans = [(float(a), float(b)) for a, b in pairwise(marks)]
        return tuple((start * duration_seconds, end * duration_seconds) for start, end in spans)
    return tuple(spans)


def _spans(
    characters: Sequence[str], starts: Sequence[float], ends: Sequence[float]
) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    inside = False
    for character, start, end in zip(characters, starts, ends, strict=False):
        if character.isspace():
            inside = False
        elif inside:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
            inside = True
    return spans


def explained(error: ApiError) -> LeadreelError:
    """The vendor's answer as one of our errors, with its cure."""
    code, message = _detail(error.body)
    status = error.status_code or 0
    if status < 300:
        return AnswerLost("ElevenLabs answered with a body that is cut off")
    if status == 429:
        wait = _retry_after(error)
        if wait is None and code == "too_many_concurrent_requests":
            wait = QUEUE_SECONDS
        return RateLimited(f"ElevenLabs asks us to wait ({code or 'too many requests'})", wait)
    if status >= 500 or status in {408, 409, 425}:
        return Retryable(f"ElevenLabs has a passing fault (HTTP {status})")
    if code == "quota_exceeded" or status == 402:
        return Permanent(f"the ElevenLabs account has no characters left; raise its plan or wait. {message}")
    if code == "voice_not_found" or status == 404:
        return UnknownVoice(
            f"ElevenLabs doesn't know the voice; check VOICE_* and ELEVENLABS_VOICE_ID. {message}"
        )
    if status in {401, 403}:
        return Permanent(f"ElevenLabs refused the key; check ELEVENLABS_API_KEY. {message}")
    return Permanent(f"ElevenLabs refused the request (HTTP {status} {code}). {message}")


def _detail(body: Any) -> tuple[str, str]:
    """`{"detail": {"status": …, "message": …}}` as code and message; a 422 has a list of complaints."""
    detail = body.get("detail") if isinstance(body, dict) else getattr(body, "detail", None)
    if isinstance(detail, dict):
        return str(detail.get("status") or ""), str(detail.get("message") or "")[:300]
    if isinstance(detail, list):
        complaints = [one.get("msg") if isinstance(one, dict) else getattr(one, "msg", one) for one in detail]
        return "", "; ".join(str(one) for one in complaints)[:300]
    return "", str(detail or "")[:300]


def _retry_after(error: ApiError) -> float | None:
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    try:
        return max(0.0, float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None
