"""Videos that lie at Loom: it has no way to upload, so all that we do is find one and frame its player.

Of what Loom answers only numbers and the address of a picture on its CDN are kept; its HTML never is, since
the frame is ours (player.html) and needs no more than the video's id.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

from pydantic import Field

from shared.errors import Permanent, Retryable
from shared.settings import Settings
from shared.values import Value

if TYPE_CHECKING:
    import httpx

SITE = "https://www.loom.com"
"""Where people's browsers fetch the player from, whatever LOOM_BASE_URL says."""
SHARE_URL = r"^https://(www\.)?loom\.com/share/[0-9a-f]{32}/?([?#]\S*)?$"
_SHARE = re.compile(r"https://(?:www\.)?loom\.com/share/([0-9a-f]{32})/?(?:[?#]\S*)?")
_PICTURE = re.compile(r"https://cdn\.loom\.com/[\w./%-]+(?:\?[\w.=&%-]*)?", re.ASCII)
TIMEOUT_SECONDS = 5.0
_LARGEST = 100_000  # bytes
_USUAL = (1920, 1080)
_MOST_PIXELS, _MOST_SECONDS = 10_000, 86_400


class NoLoom(Permanent):
    """There is nothing at Loom that could be shown; the text says why."""


class LoomUnreachable(Retryable):
    """Loom does not answer, or not with anything that can be read."""


class LoomVideo(Value):
    """A video at Loom. thumbnail_url: on its CDN. width, height: pixels. What Loom does not say is None."""

    video_id: str = Field(pattern=r"^[0-9a-f]{32}$")
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    duration_seconds: float | None = None
    thumbnail_url: str | None = None

    @property
    def share_url(self) -> str:
        """At Loom."""
        return f"{SITE}/share/{self.video_id}"


def find_loom(url: str, settings: Settings) -> LoomVideo:
    """The video behind a share URL, as oEmbed tells of it (https://oembed.com), within some seconds.

    Raises NoLoom, LoomUnreachable.
    """
    shared = _SHARE.fullmatch(url)
    if shared is None:
        raise NoLoom(f"loom_url: {url} is no share URL of Loom, such as {SITE}/share/ and 32 characters")
    video_id = shared[1]
    said = _ask(f"{SITE}/share/{video_id}", settings)
    if said.get("type") != "video":
        raise NoLoom(f"loom_url: what Loom shows at {url} is no video")
    width, height = (_number(said.get(name), _MOST_PIXELS) for name in ("width", "height"))
    sides = (round(width), round(height)) if width and height else _USUAL
    picture = said.get("thumbnail_url")
    return LoomVideo(
        video_id=video_id,
        width=max(sides[0], 1),
        height=max(sides[1], 1),
        duration_seconds=_number(said.get("duration"), _MOST_SECONDS),
        thumbnail_url=picture if isinstance(picture, str) and _PICTURE.fullmatch(picture) else None,
    )


def _number(said: object, most: int) -> float | None:
    """What can be a size or a duration."""
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said <= most:
        return None
    return float(said)


def _ask(share_url: str, settings: Settings) -> dict[str, Any]:
    import httpx  # only these orders need it

    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream(
                "GET",
                f"{settings.loom_base_url.rstrip('/')}/v1/oembed",
                params={"url": share_url},
                headers={"Accept": "application/json"},
            ) as answer,
        ):
            _check(answer.status_code, share_url)
            said = json.loads(_read(answer))
    except httpx.HTTPError as error:
        raise LoomUnreachable(f"Loom can't be reached ({type(error).__name__})") from error
    except (ValueError, RecursionError) as error:
        raise LoomUnreachable("Loom's answer can't be read") from error
    if not isinstance(said, dict):
        raise LoomUnreachable("Loom's answer can't be read")
    return said


def _check(status: int, share_url: str) -> None:
    if status in (400, 401, 403, 404, 410, 422):
        raise NoLoom(
            f"loom_url: Loom shows no video at {share_url} to everyone (it answered {status}): "
            "is it deleted, or private?"
        )
    if status != 200:
        raise LoomUnreachable(f"Loom answered {status}")


def _read(answer: httpx.Response) -> bytes:
    """Raises ValueError for more than what could be meant; LoomUnreachable if it trickles."""
    until, content = time.monotonic() + TIMEOUT_SECONDS, b""
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > _LARGEST:
            raise ValueError("it is too long")
        if time.monotonic() > until:
            raise LoomUnreachable(f"Loom took longer than {TIMEOUT_SECONDS:.0f} s to answer")
    return content
