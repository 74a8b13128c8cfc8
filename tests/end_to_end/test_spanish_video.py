"""A video in another language, from the option to the captions, with nothing but the command."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.end_to_end.conftest import Site, new_home


def test_it_speaks_spanish_with_the_voice_that_was_asked_for(site: Site, tmp_path: Path) -> None:
    leadreel = new_home(tmp_path / "home", site, VIDEO_DEFAULT_RESOLUTION="640x360")
    made = leadreel.make(
        "--url", site.url, "--name", "Lucía Peña", "--company", "Acme", "--duration", "8",
        "--style", "casual", "--language", "es", "--voice", "casual_female",
    )  # fmt: skip
    assert made.code == 0, made.errors
    assert 8 <= made.answer["duration_seconds"] < 11
    assert (made.answer["certificate"], made.answer["quality_versions"]) == ("ok", ["360p"])
    cues = Path(made.answer["captions_file"]).read_text()
    said = " ".join(line for line in cues.splitlines() if "-->" not in line)
    assert "Lucía" in said
    assert len(re.findall(r"\b(?:aquí|para|una?|qué|te|la|dime|esto|página|mira)\b", said)) >= 3, said
    assert not re.search(r"\b(the|page|this|your|with)\b", said, re.IGNORECASE), said
    spoken = [json.loads(path.read_bytes()) for path in (leadreel.home / "storage/voices").rglob("*.json")]
    assert {one["voice_id"] for one in spoken} == {"es-419+f4"}
    jobs = [path.read_text() for path in (leadreel.home / "storage/recordings").rglob("scenes/*/job.json")]
    assert any("Hola, <span" in job for job in jobs)
    public = leadreel.home / "storage/public"
    slug = made.answer["share_url"].rpartition("/")[2]
    assert 'srclang="es"' in (public / "v" / slug / "index.html").read_text()
    assert 'LANGUAGE="es"' in (public / "media" / slug / "hls/master.m3u8").read_text()
    assert (public / "media" / slug / "360p.mp4").is_file()  # of one lead alone it is kept
