"""A composed video as HLS: its clips where the world may read them, and the playlists that name them.

A published clip is no cache: it stays as long as a video uses it, whatever becomes of the clip store, and
goes with the last one (`withdrawing.py`). Who uses it is a row, written before the clip is put there: so
nobody takes it away in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import av
from sqlalchemy.dialects.postgresql import insert

from shared.composition.assembly import Composition
from shared.composition.hls import (
    PUBLISHED_VERSION,
    Fragments,
    Rendition,
    Segment,
    Track,
    codec_of,
    master_playlist,
    picture_fragments,
    playlist,
    sound_fragments,
)
from shared.composition.timeline import Timeline
from shared.database import Database
from shared.database.models import ClipUse, PublishedClip
from shared.storage import Storage
from shared.values import Value

MASTER, SOUND = "master.m3u8", "sound.m3u8"
PUBLIC = "public"


class Tracks(Value):
    """What a video is played from. renditions: the largest first."""

    renditions: tuple[Rendition, ...]
    sound: Track
    fps: int
    language: str

    @property
    def playlists(self) -> dict[str, str]:
        """Their texts by file name; MASTER is the one that a player is given."""
        return {
            MASTER: master_playlist(self.renditions, SOUND, self.sound, self.fps, self.language),
            SOUND: playlist(self.sound),
            **{rendition.path: playlist(rendition.track) for rendition in self.renditions},
        }


def write_tracks(
    made: Composition, timeline: Timeline, workspace_id: int, folder: Path
) -> tuple[Tracks, dict[str, Path]]:
    """The tracks of a composition, and their files as they are published: in `folder`, by storage key."""
    shelf = _Shelf(workspace_id, folder)
    fps = timeline.viewport.fps
    renditions = []
    for level in timeline.levels:
        clips = [clip for clip in made.clips if clip.level == level]
        pictures = (
            (
                (clip.prefix, level.name, clip.first_frame),
                picture_fragments(clip.file, clip.first_frame, fps, shelf.scratch),
            )
            for clip in clips
        )
        rendition = Rendition(
            path=f"{level.name}.m3u8", level=level, codec=codec_of(clips[0].file), track=shelf.track(pictures)
        )
        renditions.append(rendition)
    sounds = (
        (
            ("sound", part.key, part.first_packet),
            sound_fragments(part.packets, made.sound_config, part.first_packet, shelf.scratch),
        )
        for part in made.sound
        if part.packets  # a scene shorter than a packet has none
    )
    tracks = Tracks(
        renditions=tuple(renditions), sound=shelf.track(sounds), fps=fps, language=timeline.language
    )
    return tracks, shelf.files


class _Shelf:
    """Writes what is to be published, under names that say what it is."""

    def __init__(self, workspace_id: int, folder: Path) -> None:
        self._folder = folder
        # what shapes the files beside what they show
        self._writer = (workspace_id, PUBLISHED_VERSION, *av.library_versions["libavformat"])
        self.scratch = folder / "published.mp4"
        self.files: dict[str, Path] = {}

    def track(self, clips: Iterable[tuple[tuple[object, ...], Fragments]]) -> Track:
        """Clips in a row: what each is, and its fragments."""
        head, segments = "", []
        for what, fragments in clips:
            head = head or self._put(f"{self._name('head', fragments.head.hex())}.mp4", fragments.head)
            for number, (content, seconds) in enumerate(fragments.parts):
                path = self._put(f"{self._name(*what)}-{number}.m4s", content)
                segments.append(Segment(path=path, size=len(content), seconds=seconds))
        return Track(head=head, segments=tuple(segments))

    def _name(self, *what: object) -> str:
        return hashlib.sha256("/".join(map(str, (*self._writer, *what))).encode()).hexdigest()

    def _put(self, name: str, content: bytes) -> str:
        file = self.files[f"{PUBLIC}/clips/{name}"] = self._folder / name
        file.write_bytes(content)
        return f"/clips/{name}"


def publish_clips(
    files: Mapping[str, Path], workspace_id: int, composed_video_id: int, database: Database, storage: Storage
) -> None:
    """Write down that a video uses these clips, by storage key, and put those there that are not."""
    with database.workspace(workspace_id) as session:
        for key in sorted(files):  # in one order, so that nobody waits in a circle
            size = files[key].stat().st_size
            row = insert(PublishedClip).values(workspace_id=workspace_id, key=key, size_bytes=size)
            session.execute(
                row.on_conflict_do_update(
                    index_elements=["workspace_id", "key"], set_={"size_bytes": size}
                )  # not `do nothing`: it waits for whoever is deleting the clip
            )
            use = insert(ClipUse).values(
                workspace_id=workspace_id, key=key, composed_video_id=composed_video_id
            )
            session.execute(use.on_conflict_do_nothing())
    for key, file in files.items():
        if not storage.exists(key):
            storage.put(key, file, "video/mp4" if file.suffix == ".mp4" else "video/iso.segment")
