"""A composed video as HLS: its clips where the world may read them, and the playlists that name them.

A published clip is no cache: it stays as long as a video uses it, whatever becomes of the clip store, and
goes with the last one. Who uses it is a row, written before the clip is put there: so nobody takes it away
in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import av
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.composition.assembly import Composition
from shared.composition.hls import (
    PUBLISHED_VERSION,
    Published,
    Rendition,
    Track,
    codec_of,
    master_playlist,
    playlist,
    write_pictures,
    write_sound,
)
from shared.composition.timeline import Timeline
from shared.database import Database
from shared.database.models import ClipUse, PublishedClip
from shared.storage import Storage
from shared.values import Value

Place = Callable[..., tuple[str, Path]]
"""Gives what a clip shows its path on the site, and the file to write it to."""

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
    """The tracks of a composition, and its clips as they are published: files in `folder` by storage key."""
    files: dict[str, Path] = {}
    writer = (workspace_id, PUBLISHED_VERSION, *av.library_versions["libavformat"])  # shape segments

    def place(*what: object) -> tuple[str, Path]:
        name = hashlib.sha256("/".join(map(str, (*writer, *what))).encode()).hexdigest()
        file = folder / f"{name}.mp4"
        files[f"{PUBLIC}/clips/{name}.mp4"] = file
        return f"/clips/{name}.mp4", file

    renditions = []
    for level in timeline.levels:
        clips = [clip for clip in made.clips if clip.level == level]
        published = tuple(
            write_pictures(
                clip.file,
                clip.first_frame,
                timeline.viewport.fps,
                *place(clip.prefix, level.name, clip.first_frame),
            )
            for clip in clips
        )
        renditions.append(
            Rendition(
                path=f"{level.name}.m3u8",
                level=level,
                codec=codec_of(clips[0].file),
                track=Track(clips=published),
            )
        )
    tracks = Tracks(
        renditions=tuple(renditions),
        sound=Track(clips=tuple(_sound_clips(made, place))),
        fps=timeline.viewport.fps,
        language=timeline.language,
    )
    return tracks, files


def _sound_clips(made: Composition, place: Place) -> Iterator[Published]:
    for part in made.sound:
        if part.packets:  # a scene shorter than a packet has none
            path, file = place("sound", part.key, part.first_packet)
            yield write_sound(part.packets, made.sound_config, part.first_packet, path, file)


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
            storage.put(key, file, "video/mp4")


def withdraw_clips(composed_video_id: int, session: Session, storage: Storage) -> None:
    """A video uses its clips no longer: those that nobody uses go, before the transaction ends."""
    uses = delete(ClipUse).where(ClipUse.composed_video_id == composed_video_id).returning(ClipUse.key)
    for key in sorted(session.scalars(uses)):
        row = session.scalars(select(PublishedClip).where(PublishedClip.key == key).with_for_update()).one()
        if session.scalars(select(ClipUse).where(ClipUse.key == key).limit(1)).first() is None:
            storage.delete(key)
            session.delete(row)
            session.flush()
