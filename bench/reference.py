"""What a page looks like at each moment, without loss: what recordings of it are held against.

Nothing of ours and nothing of a peer takes part: Playwright opens the page in an ordinary headless shell,
each animation is put to the frame's time, and a PNG is taken.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe
from playwright.sync_api import CDPSession, Page, sync_playwright

# An animation that runs is drawn on a layer of its own, whose place Chromium rounds to its liking. As a plain
# style (what `commitStyles` leaves) the same moment is drawn exactly where it belongs.
_OPEN = """async () => {
  await Promise.all([...document.fonts].map(font => font.load()));
  window.filmed = document.getAnimations();
}"""
_GO_TO = """async milliseconds => {
  for (const animation of window.filmed) {
    animation.pause();
    animation.currentTime = milliseconds;
    animation.commitStyles();
    animation.cancel();
    animation.effect.target.style.animation = 'none';
  }
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
}"""
# yuv420p in BT.709, limited range: what every film of it is converted to before it is compared
_ENCODING = (
    "-vf scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p"
)
ENCODE_SECONDS = 300.0


def reference(
    page: Path, url: str, frames: int, fps: int, size: tuple[int, int], *, chromium: Path, folder: Path
) -> Path:
    """A lossless film of the page (FFV1, yuv420p, BT.709), made once for what `page` holds.

    frames: how many, at `fps`; size: width and height in pixels.
    """
    shape = f"{chromium} {frames} {fps} {size}".encode()
    key = hashlib.sha256(shape + page.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:16]
    film = folder / f"reference-{key}.mkv"
    if not film.exists():
        partial = film.with_suffix(".partial.mkv")
        _film(url, frames, fps, size, chromium, partial)
        partial.replace(film)
    return film


def _film(url: str, frames: int, fps: int, size: tuple[int, int], chromium: Path, target: Path) -> None:
    command = [get_ffmpeg_exe(), "-nostdin", "-y", "-loglevel", "error", "-f", "image2pipe", "-c:v", "png"]
    command += ["-framerate", str(fps), "-i", "pipe:0", *_ENCODING.split(), "-colorspace", "bt709"]
    command += ["-color_range", "tv", "-c:v", "ffv1", str(target)]
    pictures = b"".join(_pictures(url, frames, fps, size, chromium))
    subprocess.run(command, input=pictures, check=True, timeout=ENCODE_SECONDS)


def _pictures(url: str, frames: int, fps: int, size: tuple[int, int], chromium: Path) -> list[bytes]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        try:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]})
            page.goto(url)
            page.evaluate(_OPEN)
            session = page.context.new_cdp_session(page)
            return [_picture(page, session, 1000 * frame / fps) for frame in range(frames)]
        finally:
            browser.close()


def _picture(page: Page, session: CDPSession, milliseconds: float) -> bytes:
    page.evaluate(_GO_TO, milliseconds)
    answer = session.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
    return base64.b64decode(answer["data"])
