"""ElevenLabs, met over HTTP in its wire form through its own SDK. Charges are counted by the vendor."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.costs import AnswerLost, FileBooks, open_file_ledger
from shared.errors import LeadreelError, Permanent, RateLimited, Retryable
from shared.settings import Settings
from shared.voice import VoiceSynthesizer
from tests.support.vendors import CHARACTER_SECONDS, Failure, VendorServer

TEXT = "Hi Ana 🚀, here's a look for R&D."
SAID = "Hi Ana, here's a look for R and D."
KEY = "key-canary"
Opened = Callable[..., VoiceSynthesizer]


@pytest.fixture
def opened(vendors: VendorServer, tmp_path: Path) -> Opened:
    def open_with(enable_cache: bool = True, patience_seconds: float = 0, **values: Any) -> VoiceSynthesizer:
        fixed: dict[str, Any] = {
            "leadreel_home": tmp_path,
            "elevenlabs_api_key": KEY,
            "elevenlabs_base_url": vendors.elevenlabs_url,
            "aws_s3_bucket": None,
        }
        settings = Settings(**(fixed | values), _env_file=None)
        ledger = open_file_ledger(settings, patience_seconds)
        return VoiceSynthesizer(settings, ledger, enable_cache=enable_cache)

    return open_with


@pytest.fixture
def books(tmp_path: Path) -> FileBooks:
    return FileBooks(tmp_path / "books" / "paid_calls.jsonl")


async def test_speech_is_bought_once_and_the_cost_is_the_price_files(
    opened: Opened, vendors: VendorServer, books: FileBooks
) -> None:
    speech = await opened().synthesize(text=TEXT, voice_settings={"stability": 0.5, "style": 0.1})
    assert speech.cost_usd == Decimal("0.0003") * len(SAID)
    assert (speech.characters_processed, speech.saved_usd, speech.cache_hit) == (len(SAID), 0, False)
    assert speech.duration_seconds == pytest.approx(len(SAID) * CHARACTER_SECONDS + 0.1, abs=0.03)
    again = await opened().synthesize(text=TEXT, voice_settings={"style": 0.1, "stability": 0.5})
    assert (again.cost_usd, again.saved_usd, again.cache_hit) == (0, speech.cost_usd, True)
    assert again.words == speech.words
    uncached = await opened(enable_cache=False).synthesize(
        text=TEXT, voice_settings={"stability": 0.5, "style": 0.1}
    )
    assert (uncached.cost_usd, uncached.saved_usd, uncached.words) == (0, speech.cost_usd, speech.words)
    assert (vendors.elevenlabs.charges, vendors.elevenlabs.characters) == (1, len(SAID))
    (request,) = vendors.elevenlabs.requests
    assert request["text"] == SAID
    assert request["model_id"] == "eleven_multilingual_v2"
    assert request["voice_settings"] == {"stability": 0.5, "style": 0.1}
    assert [row["status"] for row in books.rows()] == ["begun", "done"]
    assert KEY not in books.path.read_text()


async def test_word_times_come_from_the_characters(opened: Opened) -> None:
    speech = await opened().synthesize(text=TEXT)
    assert [word.text for word in speech.words] == TEXT.split()
    hi, ana, rocket, heres = speech.words[:4]
    lead_in = 0.05
    assert hi.start == pytest.approx(lead_in, abs=0.02)
    assert ana.start == pytest.approx(lead_in + 3 * CHARACTER_SECONDS, abs=0.02)
    assert rocket.start == rocket.end == ana.end
    assert heres.start == pytest.approx(lead_in + SAID.index("here") * CHARACTER_SECONDS, abs=0.02)
    assert speech.words[-1].end == pytest.approx(speech.duration_seconds - lead_in, abs=0.03)


async def test_a_plan_sets_the_price(opened: Opened) -> None:
    speech = await opened(elevenlabs_plan="creator").synthesize(text=TEXT)
    assert speech.cost_usd == Decimal("0.00022") * len(SAID)


@pytest.mark.parametrize(
    ("values", "voice_id", "voice_name"),
    [
        ({}, "21m00Tcm4TlvDq8ikWAM", "professional_male"),
        ({"voice_professional_male": "mine"}, "mine", "professional_male"),
        ({"elevenlabs_voice_id": "one"}, "one", "professional_male"),
        ({"elevenlabs_voice_id": "one", "elevenlabs_voice_name": "Sarah"}, "one", "Sarah"),
        ({"elevenlabs_voice_id": "one", "voice_professional_male": "mine"}, "mine", "professional_male"),
        ({"elevenlabs_voice_name": "sarah"}, "two", "Sarah - Mature"),
    ],
)
async def test_the_most_particular_setting_names_the_voice(
    opened: Opened, vendors: VendorServer, values: dict[str, Any], voice_id: str, voice_name: str
) -> None:
    vendors.elevenlabs.voices = {
        "21m00Tcm4TlvDq8ikWAM": "Rachel",
        "mine": "Mine",
        "one": "One",
        "two": "Sarah - Mature",
        "three": "Sarahlee",
    }
    speech = await opened(**values).synthesize(text="Hello there.")
    assert (speech.voice_id, speech.voice_name) == (voice_id, voice_name)


async def test_an_unknown_voice_is_named(opened: Opened, vendors: VendorServer) -> None:
    vendors.elevenlabs.voices = {"two": "Sarah"}
    with pytest.raises(Permanent, match=r"check VOICE_\* and ELEVENLABS_VOICE_ID"):
        await opened().synthesize(text="Hello there.")
    with pytest.raises(Permanent, match="no voice called 'Bob'; check ELEVENLABS_VOICE_NAME"):
        await opened(elevenlabs_voice_name="Bob").synthesize(text="Hello there.")
    assert vendors.elevenlabs.charges == 0


def detail(status: str) -> dict[str, Any]:
    return {"detail": {"status": status, "message": f"about {status}"}}


@pytest.mark.parametrize(
    ("failure", "error", "says", "charges"),
    [
        (Failure(401, detail("quota_exceeded")), Permanent, "no characters left", 0),
        (Failure(401, detail("missing_permissions")), Permanent, "ELEVENLABS_API_KEY", 0),
        (Failure(402, detail("payment_required")), Permanent, "no characters left", 0),
        (Failure(400, detail("max_character_limit_exceeded")), Permanent, "about max_character", 0),
        (
            Failure(422, {"detail": [{"loc": ["body"], "msg": "too long", "type": "x"}]}),
            Permanent,
            "too long",
            0,
        ),
        (
            Failure(429, detail("too_many_concurrent_requests"), {"Retry-After": "3"}),
            RateLimited,
            "too_many_concurrent",
            0,
        ),
        (Failure(429, detail("system_busy")), RateLimited, "system_busy", 0),
        (Failure(500, {"detail": "oops"}), Retryable, "HTTP 500", 0),
        (Failure(503, b"<html>"), Retryable, "HTTP 503", 0),
        (Failure(200, {"audio_base64": "", "alignment": None}), AnswerLost, "cut off", 0),
        (Failure(200, {"audio_base64": "AAA", "alignment": None}), AnswerLost, "without whole audio", 0),
        (Failure(way="truncated"), AnswerLost, "cut off", 1),
        (Failure(way="lost"), AnswerLost, "did not arrive", 1),
    ],
)
async def test_what_goes_wrong_says_what_to_do_and_the_sdk_never_retries(
    opened: Opened,
    vendors: VendorServer,
    books: FileBooks,
    failure: Failure,
    error: type[LeadreelError],
    says: str,
    charges: int,
) -> None:
    vendors.elevenlabs.failures.append(failure)
    synthesizer = opened()
    with pytest.raises(error, match=says) as raised:
        await synthesizer.synthesize(text=TEXT)
    assert type(raised.value) is error
    assert len(vendors.elevenlabs.requests) == 1
    assert vendors.elevenlabs.charges == charges
    assert len(books.unsettled()) == (1 if error is AnswerLost else 0)
    if isinstance(raised.value, RateLimited) and failure.headers:
        assert raised.value.retry_after_seconds == 3
    if isinstance(raised.value, Retryable):
        await synthesizer.synthesize(text=TEXT)
        assert vendors.elevenlabs.charges == charges + 1


async def test_a_vendor_that_is_busy_is_asked_again_and_charges_once(
    opened: Opened, vendors: VendorServer, books: FileBooks
) -> None:
    vendors.elevenlabs.failures += [
        Failure(429, detail("too_many_concurrent_requests"), {"Retry-After": "0.1"}),
        Failure(429, detail("system_busy")),
        Failure(429, detail("too_many_concurrent_requests")),
    ]
    await opened(patience_seconds=30).synthesize(text=TEXT)
    assert (len(vendors.elevenlabs.requests), vendors.elevenlabs.charges) == (4, 1)
    reasons = [row["reason"] for row in books.rows() if row["status"] == "refused"]
    assert ["too_many_concurrent_requests" in reason for reason in reasons] == [True, False, True]


async def test_a_refused_key_is_named_and_never_shown(opened: Opened, vendors: VendorServer) -> None:
    vendors.elevenlabs.refused_keys.add(KEY)
    with pytest.raises(Permanent, match="check ELEVENLABS_API_KEY") as raised:
        await opened().synthesize(text=TEXT)
    assert KEY not in str(raised.value)


async def test_a_shared_section_is_bought_once_for_all_leads(opened: Opened, vendors: VendorServer) -> None:
    section = {"title": "x", "duration_seconds": 5, "timing_marker": "[00:00]"}
    for name in ("Ana", "Ben", "Eva"):
        script = {
            "script_style": "casual",
            "sections": [
                section | {"content": f"Hi {name}.", "scene_type": "intro"},
                section | {"content": "Here's the page.", "scene_type": "demo"},
            ],
            "total_duration_seconds": 10,
            "ai_model_used": "offline",
        }
        speeches = await opened().synthesize_sections(script)
        assert len(speeches) == 2
    assert vendors.elevenlabs.characters == 3 * len("Hi Ana.") + len("Here's the page.")


def campaign(name: str) -> dict[str, Any]:
    """A script with a sentence of the lead's, one for all, and one more of the lead's."""
    everybody = {"text": "Here's the page.", "usual": "Here's the page.", "personal": False}
    pieces = [
        {"text": f"Hi {name}.", "usual": "Hi there.", "personal": True},
        everybody,
        {"text": f"Bye, {name}.", "usual": "Bye.", "personal": True},
    ]
    section = {
        "title": "x", "duration_seconds": 5, "timing_marker": "[00:00]", "scene_type": "intro",
        "content": " ".join(str(piece["text"]) for piece in pieces), "passages": pieces,
    }  # fmt: skip
    return {
        "script_style": "casual",
        "sections": [section],
        "total_duration_seconds": 5,
        "ai_model_used": "offline",
    }


async def test_sentences_for_all_are_bought_once_with_what_all_hear_around_them(
    opened: Opened, vendors: VendorServer
) -> None:
    synthesizer = opened(patience_seconds=30)
    speeches = [(await synthesizer.synthesize_sections(campaign(name)))[0] for name in ("Ana", "Ben")]
    requests = {one["text"]: one for one in vendors.elevenlabs.requests}
    assert len(vendors.elevenlabs.requests) == len(requests) == 5
    assert requests["Here's the page."]["previous_text"] == "Hi there."
    assert requests["Here's the page."]["next_text"] == "Bye."
    assert requests["Hi Ben."]["next_text"] == "Here's the page."
    assert "previous_text" not in requests["Hi Ben."]
    assert [word.text for word in speeches[1].words] == [
        "Hi",
        "Ben.",
        "Here's",
        "the",
        "page.",
        "Bye,",
        "Ben.",
    ]
    assert [piece.cache_hit for piece in speeches[1].pieces] == [False, True, False]
    assert speeches[1].cost_usd == Decimal("0.0003") * len("Hi Ben.Bye, Ben.")
    assert speeches[1].saved_usd == Decimal("0.0003") * len("Here's the page.")
    starts = [word.start for word in speeches[1].words]
    assert starts == sorted(starts)
    assert speeches[1].words[-1].end <= speeches[1].duration_seconds


@pytest.mark.parametrize("spoil", ["silent", "clipped", "short"])
async def test_a_spoiled_piece_is_bought_again_once(
    opened: Opened, vendors: VendorServer, spoil: str
) -> None:
    vendors.elevenlabs.spoiled.append(spoil)
    speech = await opened().synthesize(text=TEXT)
    assert vendors.elevenlabs.charges == 2
    assert speech.cost_usd == 2 * Decimal("0.0003") * len(SAID)
    vendors.elevenlabs.spoiled.extend([spoil, spoil])
    with pytest.raises(Permanent, match="nothing that can be used"):
        await opened().synthesize(text="Another sentence of some length.")
    assert vendors.elevenlabs.charges == 4
