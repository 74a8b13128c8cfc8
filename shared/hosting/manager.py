"""Publishing a video: its media first, its pages last, so that no page ever shows what isn't there.

public/media/{slug}/video.mp4 thumbnail.jpg captions.vtt    served as /media/{slug}/…
public/v/{slug}/index.html                                  served as /v/{slug}
public/embed/{slug}/index.html                              served as /embed/{slug}
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.composition import make_thumbnail
from shared.errors import Permanent
from shared.hosting.pages import SharePage, embed_page, share_page
from shared.media.files import VideoFacts, probe_video
from shared.settings import Settings, read_settings
from shared.storage import Storage, open_storage
from shared.values import Value

PUBLIC = "public"
SLUG_BYTES = 9  # 72 random bits: nobody finds an unlisted video by trying
HTML = "text/html; charset=utf-8"


class HostingRefused(Permanent):
    """The video can't be hosted as asked; the text says why."""


class Hosted(Value):
    """Where a video is now. slug: the unguessable part of its addresses."""

    slug: str
    share_url: str
    embed_url: str
    thumbnail_url: str


def new_slug() -> str:
    return secrets.token_urlsafe(SLUG_BYTES)


class VideoHostManager:
    """Hosts videos. Without arguments it uses the settings' storage and public address."""

    def __init__(self, settings: Settings | None = None, storage: Storage | None = None) -> None:
        self.settings = settings or read_settings()
        self.storage = storage or open_storage(self.settings)

    async def host_video(
        self,
        video_path: str | Path,
        provider: str = "s3",
        metadata: Mapping[str, Any] | None = None,
    ) -> Hosted:
        """Publish an MP4.

        Args:
            provider: `s3` (or the folder that stands for it on one machine).
            metadata: title, description, lead_name, company, slug (a new one unless given), thumbnail_path
                (a frame of the video unless given), captions_path (WebVTT, optional),
                captions_language (en unless given).

        Raises:
            HostingRefused: for another provider.
            UnusableMedia: for a file that is no video.
        """
        if provider == "loom":
            raise HostingRefused("Loom has no upload API: share the video there by hand, or host it with s3")
        if provider != "s3":
            raise HostingRefused(f"hosting_provider {provider!r} is not known; use s3")
        return await asyncio.to_thread(self._publish, Path(video_path), dict(metadata or {}))

    def _publish(self, video: Path, metadata: dict[str, Any]) -> Hosted:
        facts = probe_video(video)
        slug = metadata.get("slug") or new_slug()
        captions = metadata.get("captions_path")
        media = f"{PUBLIC}/media/{slug}"
        self.storage.put(f"{media}/video.mp4", video, "video/mp4")
        self._put_thumbnail(f"{media}/thumbnail.jpg", video, metadata.get("thumbnail_path"))
        if captions:
            self.storage.put(f"{media}/captions.vtt", Path(captions), "text/vtt; charset=utf-8")
        page = self._page(slug, facts, metadata)
        self.storage.put(f"{PUBLIC}/embed/{slug}/index.html", embed_page(page).encode(), HTML)
        self.storage.put(f"{PUBLIC}/v/{slug}/index.html", share_page(page).encode(), HTML)
        return Hosted(
            slug=slug,
            share_url=page.share_url,
            embed_url=page.embed_url,
            thumbnail_url=page.absolute(page.poster_path),
        )

    def _put_thumbnail(self, key: str, video: Path, thumbnail: str | Path | None) -> None:
        with tempfile.TemporaryDirectory(prefix="leadreel-host-") as folder:
            image = Path(thumbnail) if thumbnail else make_thumbnail(video, Path(folder) / "thumbnail.jpg")
            self.storage.put(key, image, "image/jpeg")

    def _page(self, slug: str, facts: VideoFacts, metadata: dict[str, Any]) -> SharePage:
        title = metadata.get("title") or "A video for you"
        return SharePage(
            title=title,
            description=metadata.get("description") or title,
            lead_name=metadata.get("lead_name") or "",
            company=metadata.get("company") or "",
            slug=slug,
            base_url=self.settings.base_url,
            video_path=f"/media/{slug}/video.mp4",
            poster_path=f"/media/{slug}/thumbnail.jpg",
            captions_path=f"/media/{slug}/captions.vtt" if metadata.get("captions_path") else None,
            captions_language=metadata.get("captions_language") or "en",
            duration_seconds=facts.duration_seconds,
            width=facts.width,
            height=facts.height,
            published_at=metadata.get("published_at") or datetime.now(UTC),
        )
