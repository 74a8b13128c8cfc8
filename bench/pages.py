"""The recorder on the ordinary web: pages that nobody here wrote, each filmed, and filmed again in part.

    python -m bench.pages [--only react,webgl] [--dry]

Each page is checked, toured by the planner, and filmed whole; then a range from its middle is filmed by a
browser of its own and compared with the whole, frame by frame. First, middle and last frame are kept in
bench/.work/pages/films. The table is printed and put into docs/pages.md, unless only some are filmed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av

from bench import machine, report
from bench.foreign import FOREIGN_PAGES, CannotInstall, ForeignPage, installed, page_served, version_of
from shared.errors import LeadreelError
from shared.recording import (
    FRAMES,
    PageJob,
    SceneJob,
    SceneResult,
    Tour,
    Viewport,
    check_page,
    film_scene,
    find_chromium,
    plan_tour,
)
from shared.settings import read_settings

ROOT = Path(__file__).parent.parent
WORK = ROOT / "bench" / ".work"
DOCUMENT = ROOT / "docs" / "pages.md"
VIEW = Viewport(width=1280, height=720, fps=30)
RANGE_SECONDS = 1.5
PAGE_SECONDS = 400.0
_COLUMNS = ("page", "package", "height", "verdict", "unique / frames", "fps", "a range equals the whole")


@dataclass(frozen=True)
class Filmed:
    """height: of the page, in CSS pixels. fps: frames a second of our time, start of the browser included.

    different: how many frames of the range are not those of the whole; compared: how many it has.
    """

    height: int
    verdict: str
    frames: int
    unique: int
    fps: float
    different: int
    compared: int

    @property
    def cells(self) -> tuple[str, ...]:
        same = f"no: {self.different} of {self.compared}" if self.different else "yes"
        return (f"{self.height:,}", self.verdict, f"{self.unique} / {self.frames}", f"{self.fps:.0f}", same)


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _asked(arguments)
    wanted = [page for page in FOREIGN_PAGES if not asked.only or page.key in asked.only]
    if not wanted:
        return 0
    try:
        folder = installed(WORK)
    except CannotInstall as error:
        print(f"the pages can't be had: {error}", file=sys.stderr)
        return 1
    rows = []
    for page in wanted:
        print(f"filming {page.key}: {page.kind}", file=sys.stderr, flush=True)
        row = (page.kind, f"{page.package} {version_of(page, folder)}", *_cells(page, folder))
        print(" | ".join(row), flush=True)
        rows.append(row)
    text = _rendered(rows)
    if not asked.only and not asked.dry:
        DOCUMENT.write_text(report.put(DOCUMENT.read_text(), "pages", text))
    return 0


def _cells(page: ForeignPage, folder: Path) -> tuple[str, ...]:
    try:
        return asyncio.run(_bounded(page, folder)).cells
    except (LeadreelError, TimeoutError) as error:
        reason = str(error) or f"not filmed within {PAGE_SECONDS:.0f} s"
        return ("", f"not filmed: {reason}", "", "", "")


async def _bounded(page: ForeignPage, folder: Path) -> Filmed:
    async with asyncio.timeout(PAGE_SECONDS):
        return await _filmed(page, folder)


async def _filmed(page: ForeignPage, folder: Path) -> Filmed:
    films = folder / "films" / page.key
    for name in ("whole", "range"):
        (films / name).mkdir(parents=True, exist_ok=True)
    with page_served(page, folder) as (url, pair):
        checked = await check_page(PageJob(url=url, viewport=VIEW), films, allow_hosts=(pair,))
        tour = Tour(
            url=url, steps=plan_tour(checked.scroll_height, VIEW, float(page.seconds), checked.landmarks)
        )
        count = page.seconds * VIEW.fps
        started = time.monotonic()
        whole = await _film(tour, 0, count, films / "whole", pair)
        fps = count / (time.monotonic() - started)
        first = count // 2
        compared = min(count - first, round(RANGE_SECONDS * VIEW.fps))
        part = await _film(tour, first, compared, films / "range", pair)
    every = _frames(films / "whole", whole)
    _keep(every, films)
    pairs = zip(every[first : first + compared], _frames(films / "range", part), strict=True)
    return Filmed(
        height=checked.scroll_height,
        verdict="; ".join([whole.quality.verdict, *(finding.reason for finding in whole.quality.findings)]),
        frames=count,
        unique=len(whole.durations),
        fps=fps,
        different=sum(a != b for a, b in pairs),
        compared=compared,
    )


async def _film(tour: Tour, first: int, count: int, folder: Path, pair: str) -> SceneResult:
    job = SceneJob(source=tour, viewport=VIEW, first_frame=first, frame_count=count)
    return await film_scene(job, folder, allow_hosts=(pair,))


def _frames(folder: Path, result: SceneResult) -> list[bytes]:
    """The JPEG of every frame, repeated ones too."""
    with av.open(str(folder / FRAMES)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    return [packet for packet, n in zip(packets, result.durations, strict=True) for _ in range(n)]


def _keep(frames: Sequence[bytes], films: Path) -> None:
    """For a person to look at."""
    for name, at in (("first", 0), ("middle", len(frames) // 2), ("last", -1)):
        (films / f"{name}.jpg").write_bytes(frames[at])


def _rendered(rows: Sequence[tuple[str, ...]]) -> str:
    settings = read_settings()
    version = machine.said(find_chromium(settings.chromium_path), "--version")
    said = f"Filmed {datetime.now(UTC):%Y-%m-%d} on {machine.machine()}, {version}."
    lines = [_COLUMNS, ("---",) * len(_COLUMNS), *rows]
    return said + "\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.pages", description="The recorder on pages of others.")
    parser.add_argument("--only", default="", metavar="A,B", help=", ".join(p.key for p in FOREIGN_PAGES))
    parser.add_argument("--dry", action="store_true", help="print the table and write nothing")
    asked, _ = parser.parse_known_args(arguments)  # `make bench` gives all benches the same arguments
    asked.only = tuple(name.strip() for name in asked.only.split(",") if name.strip())
    return asked


if __name__ == "__main__":
    sys.exit(main())
