"""Publishing and withdrawing: what is there for the world to read, and what is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.hosting import HostingRefused, VideoHostManager
from shared.hosting.manager import Media
from shared.settings import Settings
from shared.storage import FileStorage, NotStored

PREFIX = "videos/1/1"
FILES = ("thumbnail.jpg", "preview.gif", "captions.vtt", "captions.srt", "chapters.vtt", "720p.mp4")
PLAYLISTS = ("hls/master.m3u8", "hls/720p.m3u8", "hls/sound.m3u8")


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    storage = FileStorage(tmp_path / "storage")
    for name in (*FILES, *PLAYLISTS):
        storage.put(f"{PREFIX}/{name}", name.encode())
    return storage


@pytest.fixture
def manager(tmp_path: Path, storage: FileStorage) -> VideoHostManager:
    return VideoHostManager(Settings(_env_file=None, leadreel_home=tmp_path), storage)


def media(*names: str, **fields: object) -> Media:
    return Media.model_validate(
        {
            "duration_seconds": 20,
            "width": 1280,
            "height": 720,
            "files": {name: f"{PREFIX}/{name}" for name in names},
            "hls": "hls/master.m3u8",
            "video": "720p.mp4" if "720p.mp4" in names else None,
        }
        | fields
    )


def page(storage: FileStorage, slug: str, kind: str = "v") -> str:
    return storage.get(f"public/{kind}/{slug}/index.html").decode()


def test_everything_a_page_names_is_published_with_it(
    manager: VideoHostManager, storage: FileStorage
) -> None:
    downloads = {"720p.mp4": "MP4, 720p", "captions.srt": "Subtitles (SRT)"}
    hosted = manager.publish(
        media(*FILES, *PLAYLISTS, downloads=downloads), {"slug": "s1", "title": "For Ana"}
    )
    assert hosted.slug == "s1"
    assert hosted.share_url.endswith("/v/s1") and hosted.embed_url.endswith("/embed/s1")
    for name in (*FILES, *PLAYLISTS):
        assert storage.get(f"public/media/s1/{name}") == name.encode()
    shown = page(storage, "s1")
    for name in (*FILES, "hls/master.m3u8"):
        assert f"/media/s1/{name}" in shown
    assert "MP4, 720p" in shown and "Subtitles (SRT)" in shown
    assert "/media/s1/hls/master.m3u8" in page(storage, "s1", "embed")


def test_a_page_without_an_mp4_names_none(manager: VideoHostManager, storage: FileStorage) -> None:
    names = [name for name in (*FILES, *PLAYLISTS) if name != "720p.mp4"]
    manager.publish(media(*names), {"slug": "s1"})
    assert ".mp4" not in page(storage, "s1")


def test_no_page_shows_what_is_not_there(manager: VideoHostManager, storage: FileStorage) -> None:
    with pytest.raises(NotStored):
        manager.publish(media("hls/master.m3u8", "thumbnail.jpg", "missing.vtt"), {"slug": "s1"})
    assert [*storage.keys("public/v/")] == [*storage.keys("public/embed/")] == []


def test_published_again_it_is_at_the_same_place(manager: VideoHostManager, storage: FileStorage) -> None:
    first = manager.publish(media(*FILES, *PLAYLISTS), {"slug": "s1"})
    keys = [*storage.keys("public/")]
    assert manager.publish(media(*FILES, *PLAYLISTS), {"slug": "s1"}) == first
    assert [*storage.keys("public/")] == keys


def test_slugs_are_not_to_be_guessed(manager: VideoHostManager) -> None:
    slugs = {manager.publish(media("thumbnail.jpg", *PLAYLISTS), {}).slug for _ in range(5)}
    assert len(slugs) == 5
    assert all(len(slug) == 12 for slug in slugs)


def test_withdrawn_it_is_gone_and_all_else_stays(manager: VideoHostManager, storage: FileStorage) -> None:
    storage.put("public/clips/shared.mp4", b"x")
    for slug in ("s1", "s12"):
        manager.publish(media(*FILES, *PLAYLISTS), {"slug": slug})
    manager.withdraw("s1")
    manager.withdraw("s1")
    left = [*storage.keys("public/")]
    assert not [key for key in left if "/s1/" in key]
    assert "public/v/s12/index.html" in left and "public/media/s12/hls/master.m3u8" in left
    assert "public/clips/shared.mp4" in left
    assert storage.exists(f"{PREFIX}/720p.mp4")


def test_withdrawing_from_a_storage_reads_no_settings(
    storage: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", "no number")
    VideoHostManager(storage=storage).withdraw("s1")


@pytest.mark.parametrize(
    ("provider", "reason"), [("loom", "Loom has no upload API"), ("x", "use s3 or loom")]
)
async def test_another_provider_is_refused(manager: VideoHostManager, provider: str, reason: str) -> None:
    with pytest.raises(HostingRefused, match=reason):
        await manager.host_video("video.mp4", provider)
