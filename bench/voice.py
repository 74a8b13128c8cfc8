"""The voice: what a campaign buys against one call per lead, and joined speech against unbroken.

    python -m bench.voice [--leads 100] [--dry]

The vendors are local servers that speak their wire form and count what they charge; the voice that is
listened to is the offline one. The tables are printed and put into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bench import machine, report
from shared.media.loudness import measure
from shared.scripting import Passage, Script, ScriptGenerator, Section
from shared.settings import Settings
from shared.voice import Speech, VoiceSynthesizer
from shared.voice.sound import AUDIBLE, RATE, wav_samples
from tests.support.vendors import VendorServer

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
SECONDS = 60
MESSAGES = ("Replies from one shared inbox", "Every order in one list", "Set up in a day")
FIRST_NAMES = ("Ana", "Ben", "Chloé", "Dmitri", "Elena", "Farid", "Grace", "Hiro", "Inés", "Jonas")
COMPANIES = ("Acme", "Borealis", "Cobalt Foods", "Dunwich & Sons", "Elmwood", "Farrow", "Garnet", "Holm Inc.")

# A third of the sentences names the lead, as in campaigns that people send
CAMPAIGN = (
    (
        "Introduction",
        "intro",
        "Hello {first_name|there}. I recorded this short tour for {company|your team}.",
    ),
    (
        "The page",
        "demo",
        "This is the page as your colleagues would see it. What matters stands at the top, and the details "
        "follow. I picked it with {company|your team} in mind.",
    ),
    (
        "What stands out",
        "feature",
        "Replies come from one shared inbox, so nothing is answered twice. Every order is in one list, with "
        "what was said about it beside it. Nobody has to ask around any more.",
    ),
    (
        "Getting started",
        "feature",
        "It is set up in a day, and what you use now keeps running next to it. "
        "For {company|your team} that means no gap. Your data stays where it is until you decide.",
    ),
    (
        "Next step",
        "cta",
        "If this fits, {first_name|do so soon}, simply reply. I will find a time that suits you. "
        "Thank you for watching.",
    ),
)


@dataclass(frozen=True)
class Bought:
    """characters: charged by the vendor; alone: if each lead's whole script were bought."""

    leads: int
    personal: float
    characters: int
    alone: int
    calls: int
    hits: int
    scripts_charged: int
    seconds: float

    @property
    def saved(self) -> float:
        return 1 - self.characters / self.alone


@dataclass(frozen=True)
class Joins:
    """Of joined speech, beside unbroken: silences in seconds, loudness steps in LU, sample steps of 32768."""

    same_words: bool
    silences: tuple[float, ...]
    steps_lu: tuple[float, ...]
    step_at_joins: int
    step_of_voice: int
    pace: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.voice")
    parser.add_argument("--leads", type=int, default=100)
    parser.add_argument("--dry", action="store_true", help="leave docs/benchmarks.md as it is")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, VendorServer() as vendors:
        bought = asyncio.run(campaign(vendors, Path(folder) / "vendor", asked.leads))
        joins = asyncio.run(listened(Path(folder) / "offline"))
    text = rendered(bought, joins)
    print(text)
    if not asked.dry:
        DOCUMENT.write_text(report.put(DOCUMENT.read_text(), "voice", text))
    return 0


async def campaign(vendors: VendorServer, home: Path, leads: int) -> Bought:
    """Scripts and voices for so many leads of one campaign, as the product makes them."""
    vendors.openrouter.obey = lambda order: _template(order["duration_seconds"])
    settings = Settings(
        leadreel_home=home,
        openrouter_api_key="any",
        openrouter_base_url=vendors.openrouter_url,
        elevenlabs_api_key="any",
        elevenlabs_base_url=vendors.elevenlabs_url,
    )
    generator, synthesizer = ScriptGenerator(settings), VoiceSynthesizer(settings)
    speeches: list[Speech] = []
    alone = personal = passages = 0
    started = time.monotonic()
    for lead in _leads(leads):
        script = await generator.generate_script(lead, "friendly", SECONDS, MESSAGES, mode="campaign")
        speeches.append(await synthesizer.synthesize_from_script(script))
        alone += sum(len(section.content) for section in script.sections)
        spoken = [passage for section in script.sections for passage in section.spoken]
        personal += sum(len(passage.text) for passage in spoken if passage.personal)
        passages += sum(len(passage.text) for passage in spoken)
    seconds = time.monotonic() - started
    pieces = [piece for speech in speeches for piece in speech.pieces]
    return Bought(
        leads=leads,
        personal=personal / passages,
        characters=vendors.elevenlabs.characters,
        alone=alone,
        calls=vendors.elevenlabs.charges,
        hits=sum(piece.cache_hit for piece in pieces),
        scripts_charged=vendors.openrouter.charges,
        seconds=seconds,
    )


def _leads(count: int) -> list[dict[str, str]]:
    return [
        {
            "name": f"{FIRST_NAMES[n % len(FIRST_NAMES)]} Number {n}",
            "company": f"{COMPANIES[n % len(COMPANIES)]} {n}".replace("Inc. ", "Inc "),
        }
        for n in range(count)
    ]


def _template(seconds: float) -> str:
    share = seconds / len(CAMPAIGN)
    sections = [
        {"title": title, "scene_type": scene, "content": content, "duration_seconds": share}
        for title, scene, content in CAMPAIGN
    ]
    return json.dumps({"sections": sections})


async def listened(home: Path) -> Joins:
    """Each section of the campaign, in pieces and in one go, by the offline voice."""
    synthesizer = VoiceSynthesizer(Settings(leadreel_home=home), enable_cache=False)
    silences: list[float] = []
    steps: list[float] = []
    at_joins = of_voice = 0
    same = True
    started, spoken = time.monotonic(), 0.0
    for title, scene, content in CAMPAIGN:
        section = _section(title, scene, content)
        whole = section.model_copy(update={"passages": ()})
        in_pieces, unbroken = [
            (await synthesizer.synthesize_sections(_script(one), "professional_female"))[0]
            for one in (section, whole)
        ]
        spoken += in_pieces.duration_seconds + unbroken.duration_seconds
        same &= [word.text for word in in_pieces.words] == [word.text for word in unbroken.words]
        joined, straight = (_sound(synthesizer, one, home) for one in (in_pieces, unbroken))
        of_voice = max(of_voice, int(np.abs(np.diff(straight.astype(int))).max()))
        parts = [_sound(synthesizer, piece, home) for piece in in_pieces.pieces]
        for before, after in pairwise(parts):
            steps.append(abs(_lufs(before) - _lufs(after)))
        at = 0
        for before, after in pairwise(parts):
            at = _find(joined, after, at + before.size)
            silences.append(_silence_around(joined, at))
            around = joined[max(0, at - RATE // 10) : at + RATE // 10].astype(int)
            at_joins = max(at_joins, int(np.abs(np.diff(around)).max()))
    pace = spoken / (time.monotonic() - started)
    return Joins(same, tuple(silences), tuple(steps), at_joins, of_voice, pace)


def _section(title: str, scene: Any, content: str) -> Section:
    from shared.scripting.template import passages

    pieces: list[Passage] = passages(content, {"first_name": "Ana", "company": "Acme"})
    return Section(
        title=title,
        content=" ".join(piece.text for piece in pieces),
        duration_seconds=10,
        scene_type=scene,
        timing_marker="[00:00]",
        passages=tuple(pieces),
    )


def _script(section: Section) -> Script:
    return Script(
        script_style="friendly", sections=(section,), total_duration_seconds=10, ai_model_used="offline"
    )


def _sound(synthesizer: VoiceSynthesizer, speech: Speech, home: Path) -> np.ndarray[Any, Any]:
    return wav_samples((home / "storage" / synthesizer.audio_key(speech)).read_bytes())


def _lufs(samples: np.ndarray[Any, Any]) -> float:
    sound = (np.repeat(samples[:, np.newaxis], 2, axis=1) / 32768).astype(np.float32)
    return measure(sound).integrated_lufs or 0.0


def _find(joined: np.ndarray[Any, Any], piece: np.ndarray[Any, Any], least: int) -> int:
    """Where the piece stands in the whole: at or soon after `least`."""
    head = piece[: RATE // 2]
    return next(at for at in range(least, least + RATE) if np.array_equal(joined[at : at + head.size], head))


def _silence_around(joined: np.ndarray[Any, Any], at: int) -> float:
    heard = np.flatnonzero(np.abs(joined.astype(np.int32)) > AUDIBLE)
    after = heard[np.searchsorted(heard, at)]
    before = heard[np.searchsorted(heard, at) - 1]
    return float(after - before) / RATE


def rendered(bought: Bought, joins: Joins) -> str:
    silences = f"{min(joins.silences):.3f}–{max(joins.silences):.3f}"
    return f"""Measured {datetime.now(UTC):%Y-%m-%d} on {machine.machine()}.

| a campaign of {bought.leads} leads, {SECONDS} s each | |
| --- | --- |
| characters that name the lead | {bought.personal:.0%} |
| characters bought | {bought.characters:,} |
| characters with one call per lead | {bought.alone:,} |
| fewer | {bought.saved:.0%} (goal: 60 %) |
| calls to the voice, pieces from the cache | {bought.calls}, {bought.hits} |
| scripts bought | {bought.scripts_charged} |
| seconds for all, vendors answering at once | {bought.seconds:.1f} |

| joined speech beside unbroken (the offline voice) | |
| --- | --- |
| the same words | {"yes" if joins.same_words else "no"} |
| silence at {len(joins.silences)} joins | {silences} s (goal: 0.08–0.25) |
| loudness step at the joins, at most | {max(joins.steps_lu):.2f} LU (goal: 0.5) |
| largest sample step near a join | {joins.step_at_joins} (the voice's own: {joins.step_of_voice}) |
| speed, times real time | {joins.pace:.0f} |
"""


if __name__ == "__main__":
    sys.exit(main())
