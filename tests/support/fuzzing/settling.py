"""What a well-formed request has to be beyond its schema, to be more than refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

Thing = Callable[[str], int]  # an id, by the name of what refers to it
REFERENCES = (
    "lead_id", "demo_site_id", "video_script_id", "screen_recording_id", "voiceover_id", "composed_video_id",
)  # fmt: skip
_OF_LEADS = ("name", "company", "industry", "email")
_ADDRESSES = ("url", "url_recorded")
_ZONES = ("UTC", "Europe/Madrid", "America/Sao_Paulo")


def settled(body: dict[str, Any], operation: str, thing: Thing, number: int) -> dict[str, Any]:
    """thing: gives the id of something that is there."""
    made: dict[str, Any] = _readable(body)
    for name in _ADDRESSES:
        if isinstance(made.get(name), str):
            made[name] = f"https://acme.example/{number}"
    if isinstance(made.get("email"), str):
        made["email"] = f"ana.{number}@acme.com"
    if operation == "changeScript" and made.get("sections"):
        made["sections"] = [{**made["sections"][0], "index": number % 2}]
    if operation == "startRecording" and made.get("demo_site_id") is None:
        made["url_recorded"] = f"https://acme.example/{number}"
    if operation == "makeBatch":
        _for_many(made, number)
    if operation == "makeVideo":
        _for_one_lead(made)
    elif operation not in {"startRecording", "generateScript"}:
        made.pop("lead_id", None)  # whose the other part is
    for holder in (made, made.get("recording_settings"), made.get("video")):
        if isinstance(holder, dict) and isinstance(holder.get("timezone"), str):
            holder["timezone"] = _ZONES[number % len(_ZONES)]
    for name in REFERENCES:
        if isinstance(made.get(name), int):
            made[name] = thing(name)
    if operation == "makeBatch" and made["video"].get("demo_site_id") is not None:
        made["video"]["demo_site_id"] = thing("demo_site_id")
    return made


def _for_many(batch: dict[str, Any], number: int) -> None:
    """Few enough to be quick, and no two alike."""
    video = batch["video"]
    if video.get("url") is not None or video.get("demo_site_id") is None:
        video["url"] = f"https://acme.example/{number}"
    batch["leads"] = batch["leads"][:5]
    for row, lead in enumerate(batch["leads"]):
        lead.pop("lead_id", None)
        lead["name"], lead["company"] = lead.get("name") or "Ana", lead.get("company") or "Acme"
        lead["email"] = f"ana.{row}@acme.com"


def _for_one_lead(video: dict[str, Any]) -> None:
    if video.get("lead_id") is not None:
        for name in _OF_LEADS:
            video.pop(name, None)
    else:
        video["name"], video["company"] = video.get("name") or "Ana", video.get("company") or "Acme"
    if video.get("url") is None and video.get("demo_site_id") is None:
        video["url"] = "https://acme.example/"


def _readable(value: Any) -> Any:
    """Text that has nothing to read in it becomes as much text that has."""
    if isinstance(value, str):
        seen = any(unicodedata.category(c)[0] in "LNPS" for c in value)
        return value if seen else "x" * len(value)
    if isinstance(value, list):
        return [_readable(each) for each in value]
    if isinstance(value, dict):
        return {name: _readable(each) for name, each in value.items()}
    return value
