"""Cards at rest: while nothing on one can move, its frames repeat, and need not be drawn to know it.

Whoever writes a card can hide a timer from us. Then the card stands still too long, and nothing else happens.
"""

from __future__ import annotations

import base64
import binascii
import re

from shared.recording.page.inpage import InPage

# What makes a document change without an animation that it tells of: scripts that wait for later, other
# documents, pictures and fields that move by themselves, trees whose animations are not told.
_BY_ITSELF = re.compile(
    r"set(Timeout|Interval)|request(AnimationFrame|IdleCallback|VideoFrame)|Worker|Worklet|Channel|AudioContext"
    r"|postMessage|postTask|scheduler|AbortSignal|\bfetch|XMLHttp|WebSocket|EventSource|\beval\b|\bFunction\b"
    r"|\bimport\b|createObjectURL|blob:|<i?frame|<object|<embed|<video|<audio|<marquee|<progress|<animate|<set\b"
    r"|http-equiv\W+refresh|autofocus|\bfocus\b|shadow-?root|attachShadow|image/(gif|webp|avif|apng|svg)",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"(image/\w+);base64,([A-Za-z0-9+/=\s]+)")
_MOVING_PNG = b"acTL"  # the chunk that only an animated PNG has: https://www.w3.org/TR/png-3/#11acTL


def tells_of_motion(html: str) -> bool:
    """Whether all that a document can do after it has loaded is in its animations."""
    for kind, data in _BASE64.findall(html):
        try:
            if kind == "image/png" and _MOVING_PNG in base64.b64decode(data):
                return False
        except binascii.Error:
            return False
    return _BY_ITSELF.search(_BASE64.sub(r"\1", html)) is None


async def frames_at_rest(page: InPage, fps: int) -> int | None:
    """For how many frames after the one that was drawn last nothing can move; None: for ever."""
    milliseconds = await page.rest()
    return None if milliseconds is None else int(milliseconds * fps / 1000)
