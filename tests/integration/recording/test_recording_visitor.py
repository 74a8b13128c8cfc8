"""Pages, frames, workers and servers all meet the visitor that was asked for, at every size and rate."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from shared.recording import Hold, SceneJob, Tour, Viewport, Visitor, film_scene
from shared.recording.browser.visitor import UnknownLocale, UnknownTimezone
from tests.support.filmed_pages import STRIP_SCRIPT, Pixels, Site, every_frame, read_strip

FRAMES = 8
CHECKSUM = """const table = [...Array(256).keys()].map((n) => {
  for (let i = 0; i < 8; i++) n = n & 1 ? 0xEDB88320 ^ (n >>> 1) : n >>> 1; return n >>> 0 });
const crc = (text) => (~[...new TextEncoder().encode(text)].reduce(
  (sum, byte) => (sum >>> 8) ^ table[(sum ^ byte) & 255], -1) >>> 0) & 65535;
const told = () => crc([navigator.languages.join(), Intl.DateTimeFormat().resolvedOptions().locale,
  Intl.DateTimeFormat().resolvedOptions().timeZone, (1234.5).toLocaleString(),
  /Headless/.test(navigator.userAgent)].join('|'));"""
PAGE = f"""<!doctype html><meta charset=utf-8><meta name=color-scheme content="light dark">
<body style="margin:0"><h1>x</h1>{STRIP_SCRIPT}<script>{CHECKSUM}
const born = performance.now(), rows = {{}};
new Worker('/worker.js').onmessage = (message) => {{ rows[3] = message.data }};
addEventListener('message', (message) => {{ rows[message.data[0]] = message.data[1] }});
const every = () => {{
  const date = new Date();
  draw(0, told());
  for (const row in rows) draw(row, rows[row]);
  draw(4, date.getHours() * 60 + date.getMinutes());
  draw(5, Math.round(10 * (performance.now() - born)));
  draw(6, innerWidth); draw(7, innerHeight); draw(8, Math.round(devicePixelRatio * 100));
  requestAnimationFrame(every);
}};
requestAnimationFrame(every);
</script>"""
NUMBERS = {"en-US": "1,234.5", "de-DE": "1.234,5", "pt-BR": "1.234,5", "ja-JP": "1,234.5", "nl-NL": "1.234,5"}


def serve(site: Site) -> str:
    """The page, with a frame of its own site, one of another (by name) and a worker."""
    for row, host in ((1, "127.0.0.1"), (2, "localhost")):
        site.serve(
            f"<script>{CHECKSUM} parent.postMessage([{row}, told()], '*'); fetch('/from-frame')</script>",
            f"/frame-{host}",
        )
    site.serve(
        f"{CHECKSUM} postMessage(told()); fetch('/from-worker')",
        "/worker.js",
        headers={"Content-Type": "text/javascript"},
    )
    frames = "".join(
        f"<iframe hidden src='http://{host}:{site.port}/frame-{host}'></iframe>"
        for host in ("127.0.0.1", "localhost")
    )
    return site.serve(PAGE + frames)


def at_scale_one(picture: Pixels, scale: float) -> Pixels:
    rows = (np.arange(round(picture.shape[0] / scale)) * scale).astype(int)
    columns = (np.arange(round(picture.shape[1] / scale)) * scale).astype(int)
    return picture[rows][:, columns]


@pytest.mark.parametrize(
    ("view", "visitor"),
    [
        (Viewport(width=1920, height=1080, fps=24), Visitor()),
        (
            Viewport(width=1280, height=720, fps=25, device_scale=2),
            Visitor(color_scheme="dark", locale="de-DE", timezone="Europe/Berlin"),
        ),
        (
            Viewport(width=1080, height=1920, fps=30),
            Visitor(locale="pt-BR", timezone="America/Sao_Paulo"),
        ),
        (
            Viewport(width=1080, height=1080, fps=50),
            Visitor(color_scheme="dark", locale="ja-JP", timezone="Etc/GMT+5"),
        ),
        (
            Viewport(width=1280, height=720, fps=60, device_scale=1.5),
            Visitor(locale="nl_NL", timezone="Australia/Adelaide"),
        ),
    ],
    ids=lambda value: f"{value.width}x{value.height}@{value.fps}" if isinstance(value, Viewport) else None,
)
async def test_the_visitor_that_was_asked_for_is_filmed(
    view: Viewport, visitor: Visitor, site: Site, tmp_path: Path
) -> None:
    tour = Tour(url=serve(site), steps=(Hold(seconds=5),), visitor=visitor)
    job = SceneJob(source=tour, viewport=view, first_frame=0, frame_count=FRAMES)
    result = await film_scene(job, tmp_path, allow_hosts=(site.pair, f"localhost:{site.port}"))
    assert (result.width, result.height) == view.pixels
    pictures = [at_scale_one(picture, view.device_scale) for picture in every_frame(tmp_path, result)]
    assert len(pictures) == FRAMES

    rows = np.array([[read_strip(picture, row) for row in range(9)] for picture in pictures])
    locale = visitor.locale.replace("_", "-")
    language = locale.partition("-")[0]
    told = "|".join((f"{locale},{language}", locale, visitor.timezone, NUMBERS[locale], "false"))
    assert rows[0, :4].tolist() == [zlib.crc32(told.encode()) & 65535] * 4  # page, two frames, worker
    noon = datetime.now(UTC).replace(hour=12, minute=0).astimezone(ZoneInfo(visitor.timezone))
    assert rows[0, 4] == noon.hour * 60 + noon.minute
    times = (rows[:, 5] - rows[0, 5]) / 10  # milliseconds
    assert np.abs(times - np.arange(FRAMES) * 1000 / view.fps).max() <= 0.2
    assert rows[0, 6:].tolist() == [view.width, view.height, view.device_scale * 100]
    assert (pictures[0][-10:, -10:].mean() < 60) == (visitor.color_scheme == "dark")

    heard = dict(site.asked)
    assert {"/from-worker", "/from-frame", "/worker.js", "/"} <= set(heard)
    for headers in heard.values():
        assert headers["accept-language"].startswith(f"{locale},{language}")
        assert "Headless" not in headers["user-agent"] + headers.get("sec-ch-ua", "")
    assert '"Chromium"' in heard["/"]["sec-ch-ua"]


async def test_the_visitor_stays_the_same_on_another_site(
    new_site: Callable[[], Site], tmp_path: Path
) -> None:
    first, second = new_site(), new_site()
    to = f"http://localhost:{second.port}/"
    serve(second)
    isolated = {"Content-Type": "text/html", "Cross-Origin-Opener-Policy": "same-origin"}
    first.serve(f"<h1>x</h1><script>setTimeout(() => location = '{to}', 50)</script>", headers=isolated)
    visitor = Visitor(color_scheme="dark", locale="de-DE", timezone="Europe/Berlin")
    tour = Tour(url=first.url(), steps=(Hold(seconds=5),), visitor=visitor)
    job = SceneJob(source=tour, viewport=Viewport(width=640, height=360), first_frame=0, frame_count=4)
    result = await film_scene(
        job, tmp_path, allow_hosts=(first.pair, f"localhost:{second.port}", second.pair)
    )
    picture = every_frame(tmp_path, result)[-1]
    told = "de-DE,de|de-DE|Europe/Berlin|1.234,5|false"
    assert read_strip(picture) == zlib.crc32(told.encode()) & 65535
    assert picture[-10:, -10:].mean() < 60


@pytest.mark.parametrize(
    ("visitor", "error", "text"),
    [
        (Visitor(timezone="Europe/Atlantis"), UnknownTimezone, "Europe/Atlantis"),
        (Visitor(locale="xx-YY"), UnknownLocale, "xx-YY"),
    ],
    ids=("timezone", "locale"),
)
async def test_who_cannot_be_is_named(
    visitor: Visitor, error: type[Exception], text: str, site: Site, tmp_path: Path
) -> None:
    tour = Tour(url=site.url(), visitor=visitor)
    job = SceneJob(source=tour, viewport=Viewport(), first_frame=0, frame_count=1)
    with pytest.raises(error, match=text):
        await film_scene(job, tmp_path, allow_hosts=(site.pair,))
    assert site.hits == []
