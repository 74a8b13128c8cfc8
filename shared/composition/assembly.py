"""Compose a video: its clips found or encoded, joined with its sound, with all that stands beside it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shared.composition.captioning import captions, srt
from shared.composition.certificate import Certificate, ClipScores, Expected, certify
from shared.composition.chapters import chapters, chapters_vtt
from shared.composition.joining import join_clips
from shared.composition.preview import make_preview
from shared.composition.sound import (
    Bed,
    Mixed,
    SceneSound,
    SoundClip,
    audio_config,
    bed_gain,
    cut,
    encode,
    make_sound,
    read_sound,
)
from shared.composition.thumbnails import make_thumbnail
from shared.composition.timeline import Narration, Timeline
from shared.encoding import ClipFacts, ClipStore, Shot, clip_prefix, make_clips
from shared.media.ffmpeg import disk_errors
from shared.media.files import UnusableMedia
from shared.media.loudness import RATE, Sound
from shared.media.presets import Level
from shared.media.stretches import Stretches, watch_file
from shared.recording import RESULT, SceneResult
from shared.storage import NotStored, Storage
from shared.values import Value

OnProgress = Callable[[int, int], None]
"""Told the frames that are done and the frames of the whole video."""

_AT_ONCE = 3  # works that mostly wait for FFmpeg's libraries, which run beside Python
_SHORTER_SECONDS = 0.25  # a narration's file may be this much shorter than its timeline says
_THUMBNAIL_SECONDS = 1.5  # the intro's entrance is over
_GLIMPSE = 0.6  # of a scene: where it is looked at


@dataclass(frozen=True)
class SceneSoundClip:
    """A scene's sound as it was encoded. key: SHA-256 over all that shapes it."""

    key: str
    first_packet: int
    packets: tuple[bytes, ...]


@dataclass(frozen=True)
class SceneClip:
    """A scene's clip at a level. prefix: where its shot's clips are kept."""

    title: str
    prefix: str
    level: Level
    first_frame: int
    file: Path


class ComposedVideo(Value):
    """Files in the folder that compose was given.

    versions: MP4, H.264 and AAC, by level, the largest first. thumbnail: JPEG, 1280x720. preview: GIF.
    captions, chapters: WebVTT; subtitles: SubRip. Of clips_total scenes, clips_encoded had no clip before.
    """

    versions: dict[str, Path]
    thumbnail: Path
    preview: Path
    captions: Path
    subtitles: Path
    chapters: Path
    frame_count: int
    duration_seconds: float
    width: int
    height: int
    fps: int
    clips_total: int
    clips_encoded: int
    certificate: Certificate


@dataclass(frozen=True)
class Composition:
    """A video and the pieces that it was joined from.

    sound_config: AudioSpecificConfig of the sound. vmaf_seconds: what measuring the clips took.
    """

    vmaf_seconds: float
    video: ComposedVideo
    clips: tuple[SceneClip, ...]
    sound: tuple[SceneSoundClip, ...]
    sound_config: bytes


def compose(
    timeline: Timeline,
    storage: Storage,
    folder: Path,
    *,
    workspace_id: int,
    on_progress: OnProgress = lambda done, total: None,
) -> Composition:
    """Make the video of a timeline, in `folder`; the caller keeps the files.

    Raises:
        NotStored: a scene or a voice is not there.
        UnusableMedia: a recording or a voice is damaged, or not as long as the timeline says.
        FfmpegFailed, FfmpegStopped, DiskFull: as they are described in `shared.media.ffmpeg`.
    """
    with disk_errors(), ThreadPoolExecutor(_AT_ONCE) as beside:
        sounding = beside.submit(_sound, timeline, storage, folder, workspace_id)
        found = _Clips(timeline, storage, folder, workspace_id)
        clips = found.all(on_progress)
        looking = beside.submit(_pictures, timeline, clips, folder)
        sound = sounding.result()
        joined = beside.map(lambda level: _joined(timeline, level, clips, sound, folder), timeline.levels)
        versions = {level.name: file for level, file in zip(timeline.levels, joined, strict=True)}
        _write_texts(timeline, folder)
        certificate = _certified(timeline, storage, versions, found)
        thumbnail, preview = looking.result()
    top = timeline.levels[0]
    video = ComposedVideo(
        versions=versions,
        thumbnail=thumbnail,
        preview=preview,
        captions=folder / "captions.vtt",
        subtitles=folder / "captions.srt",
        chapters=folder / "chapters.vtt",
        frame_count=timeline.frame_count,
        duration_seconds=timeline.duration_seconds,
        width=top.width,
        height=top.height,
        fps=timeline.viewport.fps,
        clips_total=len(timeline.scenes),
        clips_encoded=found.encoded,
        certificate=certificate,
    )
    vmaf_seconds = sum(facts.scores.seconds for _, facts in found.facts)
    return Composition(round(vmaf_seconds, 3), video, tuple(clips), sound, audio_config())


def fetch_clips(
    timeline: Timeline, storage: Storage, folder: Path, workspace_id: int, on_progress: OnProgress
) -> list[SceneClip]:
    """The clips of a timeline as files in `folder`; what is not there is made. Raises as `compose`."""
    return _Clips(timeline, storage, folder, workspace_id).all(on_progress)


class _Clips:
    """Finds the clips of a timeline, and makes those that are not there."""

    def __init__(self, timeline: Timeline, storage: Storage, folder: Path, workspace_id: int) -> None:
        self._timeline, self._storage, self._folder = timeline, storage, folder
        self._workspace_id = workspace_id
        self._store = ClipStore(storage)
        self.encoded = 0
        self.facts: list[tuple[SceneClip, ClipFacts]] = []

    def all(self, on_progress: OnProgress) -> list[SceneClip]:
        timeline = self._timeline
        clips: list[SceneClip] = []
        for number, (scene, shot, first) in enumerate(
            zip(timeline.scenes, timeline.shots, timeline.first_frames(), strict=True)
        ):
            prefix = clip_prefix(self._workspace_id, shot, timeline.encoder)
            folder = self._folder / f"scene-{number}"
            folder.mkdir()
            self._provide(prefix, shot, folder)
            for level in timeline.levels:
                clip = SceneClip(scene.title, prefix, level, first, folder / f"{level.name}.mp4")
                self.facts.append((clip, self._store.facts(prefix, level)))
                clips.append(clip)
            on_progress(first + scene.frame_count, timeline.frame_count)
        return clips

    def shown(self) -> Stretches:
        """Where the clips of the smallest level, which its file is joined from, are black or still."""
        fps, smallest = self._timeline.viewport.fps, self._timeline.levels[-1]
        seen = [
            (clip.first_frame / fps, facts.shown or watch_file(clip.file))
            for clip, facts in self.facts
            if clip.level == smallest
        ]
        return Stretches(
            black=tuple((at + a, at + b) for at, clip in seen for a, b in clip.black),
            still=tuple((at + a, at + b) for at, clip in seen for a, b in clip.still),
        )

    def asked(self, what: Literal["black", "still"]) -> Iterator[tuple[float, float]]:
        """Where the pictures themselves are black, or stand still, in seconds of the video."""
        fps = self._timeline.viewport.fps
        for clip, facts in self.facts:
            if clip.level == self._timeline.levels[0]:
                at = clip.first_frame / fps
                yield from ((at + start, at + end) for start, end in getattr(facts.asked, what))

    def _provide(self, prefix: str, shot: Shot, folder: Path) -> None:
        """Have the shot's clip at each level in `folder`: those in the store, and the rest encoded."""
        levels = self._timeline.levels
        absent = self._store.missing(prefix, levels)
        lost = [
            level
            for level in levels
            if level not in absent
            and not self._store.fetch(prefix, level, folder / f"{level.name}.mp4", shot.frame_count)
        ]
        missing = [level for level in levels if level in absent or level in lost]
        if missing:
            make_clips(prefix, shot, missing, self._timeline.encoder, self._storage, folder)
            self.encoded += 1


def _joined(
    timeline: Timeline,
    level: Level,
    clips: Sequence[SceneClip],
    sound: Sequence[SceneSoundClip],
    folder: Path,
) -> Path:
    """The MP4 of a level."""
    video = folder / f"{level.name}.mp4"
    files = [clip.file for clip in clips if clip.level == level]
    packets = [packet for part in sound for packet in part.packets]
    join_clips(files, packets, audio_config(), timeline.viewport.fps, video, chapters(timeline))
    return video


def _write_texts(timeline: Timeline, folder: Path) -> None:
    """Captions, subtitles and chapters, under their names in `ComposedVideo`."""
    written = {
        "captions.vtt": captions(timeline),
        "captions.srt": srt(timeline),
        "chapters.vtt": chapters_vtt(chapters(timeline)),
    }
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")


def _certified(timeline: Timeline, storage: Storage, versions: dict[str, Path], found: _Clips) -> Certificate:
    """What is measured of the files, beside what the timeline, the pictures and the clips promise."""
    expected = Expected(
        timeline=timeline,
        quality=timeline.encoder.quality,
        captions=captions(timeline),
        name=timeline.names.name,
        company=timeline.names.company,
        shown_text=_shown(timeline, storage),
        still=tuple(found.asked("still")),
        dark=tuple(found.asked("black")),
        shown=found.shown(),
    )
    scores = [
        ClipScores(clip=clip.title, level=clip.level.name, scores=facts.scores) for clip, facts in found.facts
    ]
    return certify(versions, expected, scores)


def _shown(timeline: Timeline, storage: Storage) -> str:
    """What is to be read on the cards that must show the names."""
    results = (SceneResult.model_validate_json(storage.get(f"{job}/{RESULT}")) for job in timeline.cards)
    return "\n".join(result.shown_text for result in results)


def thumbnail_second(timeline: Timeline) -> float:
    """The middle of the first scene: its entrance is over, and its exit has not begun."""
    seconds = timeline.scenes[0].frame_count / timeline.viewport.fps
    return min(max(seconds / 2, _THUMBNAIL_SECONDS), seconds - 1 / timeline.viewport.fps)


def _pictures(timeline: Timeline, clips: Sequence[SceneClip], folder: Path) -> tuple[Path, Path]:
    """The thumbnail, and the preview: the greeting, then a moment of each scene."""
    largest, smallest = (
        [clip.file for clip in clips if clip.level == level]
        for level in (timeline.levels[0], timeline.levels[-1])
    )
    greeting = thumbnail_second(timeline)
    later = [scene.frame_count / timeline.viewport.fps * _GLIMPSE for scene in timeline.scenes[1:]]
    moments = [*zip(smallest, (greeting, *later), strict=True)]
    return (
        make_thumbnail(largest[0], folder / "thumbnail.jpg", greeting),
        make_preview(moments, folder / "preview.gif"),
    )


def _sound(
    timeline: Timeline, storage: Storage, folder: Path, workspace_id: int
) -> tuple[SceneSoundClip, ...]:
    """The sound of each scene: what another video encoded of it is taken."""
    mixed = mix(timeline, storage, folder)
    parts = cut(mixed.pcm, [scene.frame_count for scene in timeline.scenes], timeline.viewport.fps)
    return tuple(
        SceneSoundClip(part.key, part.first_packet, _encoded(part, storage, workspace_id)) for part in parts
    )


def _encoded(part: SoundClip, storage: Storage, workspace_id: int) -> tuple[bytes, ...]:
    key = f"sounds/{workspace_id}/{part.key}.json"
    try:
        kept = json.loads(storage.get(key))
        packets = tuple(base64.b64decode(packet) for packet in kept)
        if len(packets) == part.packet_count:
            return packets
    except (NotStored, ValueError):
        pass  # a cache: what is damaged is made anew
    packets = encode(part)
    kept = json.dumps([base64.b64encode(packet).decode() for packet in packets])
    storage.put(key, kept.encode(), "application/json")
    return packets


def mix(timeline: Timeline, storage: Storage, folder: Path) -> Mixed:
    """Everything that is heard, in a track as long as the pictures."""
    scenes = [
        SceneSound(scene.frame_count)
        if scene.narration is None
        else SceneSound(
            scene.frame_count,
            _narration(scene.narration, scene.title, storage, folder),
            scene.narration.offset_seconds,
            scene.narration.words,
        )
        for scene in timeline.scenes
    ]
    bed = None
    if timeline.music is not None:
        music = _fetched(timeline.music, timeline.duration_seconds, storage, folder)
        bed = Bed(music, bed_gain(music))
    return make_sound(scenes, timeline.viewport.fps, bed)


def _narration(narration: Narration, title: str, storage: Storage, folder: Path) -> Sound:
    sound = _fetched(narration.audio_key, narration.duration_seconds, storage, folder)
    if len(sound) < (narration.duration_seconds - _SHORTER_SECONDS) * RATE:
        raise UnusableMedia(
            f"the voice of the scene {title!r} is cut short: {len(sound) / RATE:.1f} s "
            f"of {narration.duration_seconds:.1f} s are there"
        )
    return sound


def _fetched(key: str, longest_seconds: float, storage: Storage, folder: Path) -> Sound:
    path = folder / "sound.wav"
    storage.fetch(key, path)
    try:
        return read_sound(path, longest_seconds)
    finally:
        path.unlink()
