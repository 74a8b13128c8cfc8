"""Takes the sound out of videos on their way to the page, so that they follow the page's clock.

A film has no sound of its page. Yet a video with a sound track takes its time from the audio device, muted or
not, and the browser's stand-in for one runs by the machine's time, so that such a video would play too slowly
and never twice alike. Without sound its time is the page's. What names the sound track in the file is written
over in place: nothing moves, and whatever part of the file the browser asks for fits the others.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re

from shared.errors import LeadreelError
from shared.recording.browser.cdp import Connection, Params, Session

CHUNK_BYTES = 20_000_000  # that are taken at a time; of what comes in ranges the browser asks for the rest
_MEDIA = [{"urlPattern": "http*", "resourceType": "Media", "requestStage": "Response"}]
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def muted(data: bytes) -> bytes:
    """The same bytes of a video file (MP4, MOV, WebM) or of a part of one, with its sound tracks gone.

    What has sound alone stays as it is.
    """
    if b"\x16\x54\xae\x6b" in data:  # Tracks: https://www.matroska.org/technical/elements.html
        has_pictures = re.search(rb"\x86.V_[A-Z]", data, re.DOTALL)  # 0x86: a track's CodecID
        return re.sub(rb"(?<=\x86.)A_(?=[A-Z])", b"X_", data, flags=re.DOTALL) if has_pictures else data
    changed = bytearray(data)
    kinds = set()
    for found in re.finditer(b"trak", data):
        at = found.start()  # a box is its size, its name, its content: ISO/IEC 14496-12
        size = int.from_bytes(data[max(0, at - 4) : at], "big")
        handler = data.find(b"hdlr", at, at - 4 + size)
        kind = data[handler + 12 : handler + 16] if handler > 0 else b""
        kinds.add(kind)
        if kind == b"soun":
            changed[at : at + 4] = b"free"
    return bytes(changed) if b"vide" in kinds else data


async def mute(connection: Connection, tab: str) -> None:
    """From now on the videos that this tab loads have no sound. What is not a video costs nothing."""
    attached = await connection.call("Target.attachToTarget", {"targetId": tab, "flatten": True})
    await _Muting(Session(connection, str(attached["sessionId"]))).begin()


class _Muting:
    """A session of its own, as each has one `Fetch` alone."""

    def __init__(self, target: Session) -> None:
        self._target = target
        self._chores: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        self._target.on("Fetch.requestPaused", self._paused)
        await self._target.call("Fetch.enable", {"patterns": _MEDIA})

    def _paused(self, event: Params) -> None:
        chore = asyncio.create_task(self._answer(event))
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    async def _answer(self, event: Params) -> None:
        request = {"requestId": event["requestId"]}
        status = event.get("responseStatusCode")
        headers = {item["name"].lower(): item["value"] for item in event.get("responseHeaders", ())}
        with contextlib.suppress(LeadreelError):  # the request was given up, or the browser has ended
            whole = _RANGE.fullmatch(headers.get("content-range", ""))
            if status == 206 and whole:
                start, end, total = map(int, whole.groups())
                body = await self._read(request, min(end + 1 - start, CHUNK_BYTES))
                headers["content-range"] = f"bytes {start}-{start + len(body) - 1}/{total}"
            elif status == 200 and int(headers.get("content-length") or CHUNK_BYTES) < CHUNK_BYTES:
                body = await self._read(request, CHUNK_BYTES)
            else:  # too large for us to hold, or an error
                await self._target.call("Fetch.continueRequest", request)
                return
            headers["content-length"] = str(len(body))
            given = [{"name": name, "value": value} for name, value in headers.items()]
            changed = {"responseHeaders": given, "body": base64.b64encode(muted(body)).decode()}
            await self._target.call("Fetch.fulfillRequest", {**request, "responseCode": status, **changed})

    async def _read(self, request: Params, most: int) -> bytes:
        """The first `most` bytes of an answer's body."""
        stream = {"handle": (await self._target.call("Fetch.takeResponseBodyAsStream", request))["stream"]}
        body = b""
        while len(body) < most:
            part = await self._target.call("IO.read", {**stream, "size": min(1_000_000, most - len(body))})
            data = str(part.get("data", ""))
            body += base64.b64decode(data) if part.get("base64Encoded") else data.encode("latin-1")
            if part.get("eof"):
                break
        await self._target.call("IO.close", stream)
        return body
