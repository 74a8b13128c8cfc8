"""HyperFrames' way to a campaign: one composition with variables, rendered once for each row."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from bench.composing.leads import Lead
from bench.composing.material import Material
from bench.peers import Kit, Run, hyperframes

PAGE = Path(__file__).parent / "minute.html"
MANIFEST = "manifest.json"
"""Beside the films: what each row took."""
TIMEOUT_SECONDS = 3600.0
QUALITIES = ("draft", "looks")  # the fastest, and what it does unless told otherwise


def batch(kit: Kit, made: Material, leads: tuple[Lead, ...], quality: str) -> Run:
    """A video for each lead: 1080p, with the same recording, voice and logo, and cards of its own."""
    project = kit.work / "hyperframes-minute"
    out = kit.work / f"hyperframes-{quality}"
    cache = kit.work / "hyperframes-cache"  # of the recording's frames: the first row fills it for the others
    for folder in (project, out, cache):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    shutil.copy(PAGE, project / "index.html")
    for part in (made.clip, made.voice, made.page, made.logo):
        shutil.copy(part, project)
    rows = [{"name": lead.name, "company": lead.company} for lead in leads]
    listed = kit.work / "hyperframes-rows.json"
    listed.write_text(json.dumps(rows))
    films = [out / f"{n}.mp4" for n in range(len(leads))]
    options = ["--batch", str(listed), "-f", "30", "-q", quality, "--quiet"]
    options += ["--frames-cache-dir", str(cache)]
    run = hyperframes(kit, project, out / "{index}.mp4", options)
    return replace(run, film=films[0], beside=tuple(films[1:]), timeout_seconds=TIMEOUT_SECONDS)
