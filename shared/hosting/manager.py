"""Publishing a video: its media first, its pages last, so that no page ever shows what isn't there.

public/media/{slug}/thumbnail.jpg captions.vtt …            served as /media/{slug}/…, to anyone
public/v/{slug}/index.html                                  served as /v/{slug}
public/embed/{slug}/index.html                              served as /embed/{slug}
public/assets/hls-….js                                      the player's, for all pages
guarded/{slug}/media/… page.json                            of a video with a password or an end: access.py
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field

from shared.errors import Permanent
from shared.hosting.access import GUARDED, PAGE, Place
from shared.hosting.assets import publish_assets
from shared.hosting.loom import LoomVideo, find_loom
from shared.hosting.pages import Download, SharePage, embed_page, share_page
from shared.hosting.reserving import new_slug
from shared.settings import Settings, read_settings
from shared.storage import Storage, open_storage
from shared.values import Value

PUBLIC = "public"
HTML = "text/html; charset=utf-8"
_TYPES = {
    ".mp4": "video/mp4",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
}


class HostingRefused(Permanent):
    """The video can't be hosted as asked; the text says why."""


class Hosted(Value):
    """Where a video is now. slug: the unguessable part of its addresses. thumbnail_url: None without one."""

    slug: str
    share_url: str
    embed_url: str
    thumbnail_url: str | None


class Guard(Value):
    """The row that says who may see a video."""

    workspace_id: int
    hosted_video_id: int


class GuardedPage(Value):
    """A page that is made anew for each who may see it. The paths of its media are those without a token."""

    page: SharePage
    guard: Guard


class Media(Value):
    """What is published of a video, by the names that the files get; each a file, or a storage key.

    hls: the name of the master playlist among them; video: of the MP4 that is played without HLS. downloads:
    labels by name.
    """

    duration_seconds: float
    width: int
    height: int
    files: dict[str, Path | str]
    video: str | None = None
    hls: str | None = None
    downloads: dict[str, str] = Field(default_factory=dict)


class VideoHostManager:
    """Hosts videos. Without arguments it uses the settings' storage and public address."""

    def __init__(self, settings: Settings | None = None, storage: Storage | None = None) -> None:
        self._given = settings
        self.storage = storage or open_storage(self.settings)

    @cached_property
    def settings(self) -> Settings:
        """Read when first needed: withdrawing from a given storage needs none."""
        return self._given or read_settings()

    async def host_video(
        self,
        video_path: str | Path | None = None,
        provider: str = "s3",
        metadata: Mapping[str, Any] | None = None,
    ) -> Hosted:
        """Publish an MP4, or pages around Loom's player.

        Args:
            video_path: the MP4; not for Loom, where nobody can upload.
            provider: `s3` (or the folder that stands for it on one machine), or `loom`.
            metadata: title, description, lead_name, company, slug (a new one unless given), thumbnail_path
                (a frame of the video unless given), captions_path (WebVTT, optional),
                captions_language (en unless given); for Loom loom_url, a share URL of a video there.

        Raises:
            HostingRefused: for another provider, or for what it can't do.
            UnusableMedia: for a file that is no video.
            NoLoom, LoomUnreachable: as `find_loom`.
        """
        given = dict(metadata or {})
        if provider == "loom":
            if video_path is not None or not given.get("loom_url"):
                raise HostingRefused(
                    "Loom has no upload API: share the video there by hand and give its loom_url in the "
                    "metadata, without a video_path; or host it with s3"
                )
            return await asyncio.to_thread(self._publish_loom, given)
        if provider != "s3":
            raise HostingRefused(f"hosting_provider {provider!r} is not known; use s3 or loom")
        if video_path is None:
            raise HostingRefused("video_path: say which file is to be hosted")
        return await asyncio.to_thread(self._publish_file, Path(video_path), given)

    def _publish_loom(self, metadata: dict[str, Any]) -> Hosted:
        slug = metadata.get("slug") or new_slug()
        return self.publish_pages(find_loom(metadata["loom_url"], self.settings), {**metadata, "slug": slug})

    def _publish_file(self, video: Path, metadata: dict[str, Any]) -> Hosted:
        from shared.composition import make_thumbnail  # decoders, which nobody else here needs
        from shared.media.files import probe_video

        facts = probe_video(video)
        with tempfile.TemporaryDirectory(prefix="leadreel-host-") as folder:
            given = metadata.get("thumbnail_path")
            thumbnail = Path(given) if given else make_thumbnail(video, Path(folder) / "thumbnail.jpg")
            files: dict[str, Path | str] = {"video.mp4": video, "thumbnail.jpg": thumbnail}
            if metadata.get("captions_path"):
                files["captions.vtt"] = Path(metadata["captions_path"])
            media = Media(
                duration_seconds=facts.duration_seconds,
                width=facts.width,
                height=facts.height,
                files=files,
                video="video.mp4",
            )
            return self.publish(media, metadata)

    def publish(self, media: Media, metadata: Mapping[str, Any], guard: Guard | None = None) -> Hosted:
        """Publish files that are there already. metadata: as for `host_video`, without paths.

        guard: whom to ask before it is shown; without one, anyone with the address sees it.
        """
        slug = metadata.get("slug") or new_slug()
        folder = f"{PUBLIC}/media/{slug}" if guard is None else f"{GUARDED}/{slug}/media"
        for name, source in media.files.items():
            key = f"{folder}/{name}"
            if isinstance(source, Path):
                self.storage.put(key, source, _TYPES[source.suffix])
            else:
                self.storage.copy(source, key)
        return self.publish_pages(media, {**metadata, "slug": slug}, guard)

    def publish_pages(
        self, shown: Media | LoomVideo, metadata: Mapping[str, Any], guard: Guard | None = None
    ) -> Hosted:
        """As `publish`, for media that are published already, or lie at Loom."""
        slug = metadata["slug"]
        page = self._page(slug, shown, metadata)
        if guard is None:
            self.storage.put(f"{PUBLIC}/embed/{slug}/index.html", embed_page(page).encode(), HTML)
            self.storage.put(f"{PUBLIC}/v/{slug}/index.html", share_page(page).encode(), HTML)
        else:
            kept = GuardedPage(page=page, guard=guard).model_dump_json()
            self.storage.put(f"{GUARDED}/{slug}/{PAGE}", kept.encode(), "application/json")
        return self.address_of(slug, shown if isinstance(shown, LoomVideo) else None)

    def address_of(self, slug: str, loom: LoomVideo | None = None) -> Hosted:
        """Where a video is, or would be, seen."""
        base = self.settings.base_url.rstrip("/")
        return Hosted(
            slug=slug,
            share_url=f"{base}/v/{slug}",
            embed_url=f"{base}/embed/{slug}",
            thumbnail_url=loom.thumbnail_url if loom else f"{base}/media/{slug}/thumbnail.jpg",
        )

    def withdraw(self, slug: str) -> None:
        """Take a video's pages and files away; the clips that it shares with others are not its own."""
        self.withdraw_from("public", slug)
        self.withdraw_from("guarded", slug)

    def withdraw_from(self, place: Place, slug: str) -> None:
        """Take away what is published there; pages before what they show."""
        folders = {
            "public": [f"{PUBLIC}/{folder}/{slug}/" for folder in ("v", "embed", "media")],
            "guarded": [f"{GUARDED}/{slug}/{PAGE}", f"{GUARDED}/{slug}/"],
        }
        for folder in folders.get(place, ()):
            for key in [*self.storage.keys(folder)]:
                self.storage.delete(key)

    def _page(self, slug: str, shown: Media | LoomVideo, metadata: Mapping[str, Any]) -> SharePage:
        title = metadata.get("title") or "A video for you"
        of_player = _of_loom(shown) if isinstance(shown, LoomVideo) else self._of_media(slug, shown)
        return SharePage(
            title=title,
            description=metadata.get("description") or title,
            lead_name=metadata.get("lead_name") or "",
            company=metadata.get("company") or "",
            slug=slug,
            base_url=self.settings.base_url,
            captions_language=metadata.get("captions_language") or "en",
            duration_seconds=shown.duration_seconds,
            width=shown.width,
            height=shown.height,
            published_at=metadata.get("published_at") or datetime.now(UTC),
            counted=bool(metadata.get("analytics_enabled")) and isinstance(shown, Media),
            **of_player,
        )

    def _of_media(self, slug: str, media: Media) -> dict[str, Any]:
        def path(name: str | None) -> str | None:
            return f"/media/{slug}/{name}" if name in media.files else None

        return {
            "video_path": path(media.video),
            "hls_path": path(media.hls),
            "player_path": publish_assets(self.storage).get("hls.js") if media.hls else None,
            "poster_path": f"/media/{slug}/thumbnail.jpg",
            "preview_path": path("preview.gif"),
            "captions_path": path("captions.vtt"),
            "chapters_path": path("chapters.vtt"),
            "downloads": tuple(
                Download(label=label, path=f"/media/{slug}/{name}") for name, label in media.downloads.items()
            ),
        }


def _of_loom(loom: LoomVideo) -> dict[str, Any]:
    return {"loom_id": loom.video_id, "poster_url": loom.thumbnail_url}
