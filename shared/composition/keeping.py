"""Where a composed video's files are kept, and its MP4s, which may be made when somebody first asks.

videos/{workspace_id}/{video_id}/    timeline.json  tracks.json  certificate.json  {level}.mp4  thumbnail.jpg
                                     preview.gif  captions.vtt  captions.srt  chapters.vtt  hls/*.m3u8
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from shared.composition.assembly import ComposedVideo
from shared.composition.chapters import chapters
from shared.composition.hls import Track
from shared.composition.joining import join_clips, sound_of
from shared.composition.publishing import PUBLIC, Tracks
from shared.composition.timeline import Timeline
from shared.database import Database
from shared.database.models import ComposedVideo as ComposedRow
from shared.errors import NotFound
from shared.media.ffmpeg import disk_errors
from shared.media.files import UnusableMedia
from shared.storage import Storage

TRACKS, CERTIFICATE = "tracks.json", "certificate.json"
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
_TYPES = {
    "thumbnail": "image/jpeg",
    "preview": "image/gif",
    "captions": "text/vtt",
    "subtitles": "application/x-subrip",
    "chapters": "text/vtt",
}


class NoSuchVersion(NotFound):
    """A video was not made in that size."""


def keep_files(
    video: ComposedVideo, tracks: Tracks, prefix: str, storage: Storage, *, with_mp4: bool
) -> dict[str, Any]:
    """Keep a video's files under `prefix`. Returns the key of each part, and `versions` for the row."""
    kept: dict[str, Any] = {}
    for part, content_type in _TYPES.items():
        file: Path = getattr(video, part)
        kept[part] = f"{prefix}/{file.name}"
        storage.put(kept[part], file, content_type)
    for name, text in tracks.playlists.items():
        storage.put(f"{prefix}/hls/{name}", text.encode(), PLAYLIST_TYPE)
    storage.put(f"{prefix}/{TRACKS}", tracks.model_dump_json().encode(), "application/json")
    certificate = video.certificate.model_dump_json(indent=2)
    storage.put(f"{prefix}/{CERTIFICATE}", certificate.encode(), "application/json")
    if with_mp4:
        for level, file in video.versions.items():
            storage.put(f"{prefix}/{level}.mp4", file, "video/mp4")
    kept["versions"] = [
        {
            "quality": rendition.level.name,
            "width": rendition.level.width,
            "height": rendition.level.height,
            "file_path": f"{prefix}/{rendition.level.name}.mp4" if with_mp4 else None,
            "file_size_bytes": video.versions[rendition.level.name].stat().st_size if with_mp4 else None,
        }
        for rendition in tracks.renditions
    ]
    return kept


def make_version(
    composed_video_id: int, level: str, workspace_id: int, prefix: str, database: Database, storage: Storage
) -> str:
    """The storage key of a composed video's MP4 at a level; if it isn't there, published clips are joined.

    Raises NoSuchVersion; UnusableMedia for a published segment that is damaged; NotStored for a lost one.
    """
    tracks = Tracks.model_validate_json(storage.get(f"{prefix}/{TRACKS}"))
    rendition = next((rendition for rendition in tracks.renditions if rendition.level.name == level), None)
    if rendition is None:
        names = ", ".join(rendition.level.name for rendition in tracks.renditions)
        raise NoSuchVersion(f"the video was not made in {level}: there is {names}")
    key = f"{prefix}/{level}.mp4"
    if storage.exists(key):
        return key
    timeline = Timeline.model_validate_json(storage.get(f"{prefix}/timeline.json"))
    with tempfile.TemporaryDirectory(prefix="leadreel-join-") as name, disk_errors():
        folder = Path(name)
        pictures = _fetch(rendition.track, storage, folder / "pictures.mp4")
        packets, config = sound_of(_fetch(tracks.sound, storage, folder / "sound.mp4"))
        file = folder / "joined.mp4"
        join_clips([pictures], packets, config, tracks.fps, file, chapters(timeline))
        storage.put(key, file, "video/mp4")
        size = file.stat().st_size
    with database.workspace(workspace_id) as session:
        row = session.get_one(ComposedRow, composed_video_id, with_for_update=True)
        row.quality_versions = [
            version | ({"file_path": key, "file_size_bytes": size} if version["quality"] == level else {})
            for version in row.quality_versions
        ]
        if rendition == tracks.renditions[0]:
            row.video_file_path, row.file_size_bytes = key, size
    return key


def _fetch(track: Track, storage: Storage, file: Path) -> Path:
    """A track as one file. Raises UnusableMedia for a segment that is not whole: it would be joined."""
    with file.open("wb") as whole:
        whole.write(storage.get(f"{PUBLIC}{track.head}"))
        for segment in track.segments:
            content = storage.get(f"{PUBLIC}{segment.path}")
            if len(content) != segment.size:
                raise UnusableMedia(
                    f"the published segment {segment.path} is damaged: "
                    f"it has {len(content)} bytes, not {segment.size}"
                )
            whole.write(content)
    return file
