"""A published share page with a small HLS video, served by the real edge on a loopback port."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from starlette.routing import BaseRoute

from local.edge import edge
from local.runtime_api import Answer
from local.server import Server, bind
from shared.hosting import SharePage, publish_assets
from shared.hosting.pages import embed_page, share_page
from shared.storage import FileStorage

SLUG = "k3x-9_Q"
CAPTIONS = """WEBVTT

00:00.000 --> 00:02.000
Hello Ana, this is your shop.

00:02.000 --> 00:05.000
Every shelf has a place for it.

00:05.000 --> 00:07.500
Shall we talk on Tuesday?
"""
CHAPTERS = """WEBVTT

00:00.000 --> 00:02.000
Welcome

00:02.000 --> 00:05.000
The shelves

00:05.000 --> 00:07.500
Next step
"""


@asynccontextmanager
async def served(public: Path, *more: BaseRoute) -> AsyncIterator[str]:
    """The address of the edge over the folder of what anyone may read. more: further routes."""

    async def no_api(event: bytes, seconds: float) -> Answer:
        return Answer(b'{"statusCode": 404, "body": "no route"}')

    server = Server(edge(public, no_api, *more), bind(0))
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


def publish(storage: FileStorage, base_url: str, ladder: Path, seconds: float, **changes: Any) -> SharePage:
    """Put the ladder, captions, chapters, poster and both pages where the edge serves them."""
    for file in ladder.iterdir():
        storage.put(f"public/clips/1/{file.name}", file)
    media = f"/media/{SLUG}"
    storage.put(f"public{media}/captions.vtt", CAPTIONS.encode())
    storage.put(f"public{media}/chapters.vtt", CHAPTERS.encode())
    storage.put(f"public{media}/thumbnail.jpg", poster_of(ladder / "180p-0.mp4"))
    page = SharePage(
        **{
            "title": "A short video for Acme",
            "description": "A personal video made for Ana Silva at Acme.",
            "lead_name": "Ana Silva",
            "company": "Acme",
            "slug": SLUG,
            "base_url": base_url,
            "video_path": None,
            "hls_path": "/clips/1/master.m3u8",
            "player_path": publish_assets(storage).get("hls.js"),
            "poster_path": f"{media}/thumbnail.jpg",
            "captions_path": f"{media}/captions.vtt",
            "captions_language": "es",
            "chapters_path": f"{media}/chapters.vtt",
            "duration_seconds": seconds,
            "width": 320,
            "height": 180,
            "published_at": datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        }
        | changes
    )
    storage.put(f"public/v/{SLUG}/index.html", share_page(page).encode())
    storage.put(f"public/embed/{SLUG}/index.html", embed_page(page).encode())
    return page


def poster_of(video: Path) -> bytes:
    """Its first picture as a JPEG."""
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-i", str(video)]
    picture = ["-frames:v", "1", "-f", "image2", "-c:v", "mjpeg", "-strict", "unofficial", "pipe:1"]
    return subprocess.run([*ffmpeg, *picture], check=True, timeout=60, capture_output=True).stdout
