"""Compose a video: clips found or encoded, joined by stream copy, with its voice, captions and thumbnail."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

from shared.composition.captioning import captions
from shared.composition.clips import ClipStore
from shared.composition.encoding import EncoderSettings, Picture
from shared.composition.joining import join_clips
from shared.composition.sound import add, level, read_sound, silence
from shared.composition.thumbnails import make_thumbnail
from shared.composition.timeline import Scene, Timeline
from shared.media.ffmpeg import disk_errors, ffmpeg_version
from shared.media.files import UnusableMedia
from shared.media.loudness import RATE, Loudness, Sound
from shared.storage import Storage
from shared.values import Value

VIDEO, THUMBNAIL, CAPTIONS = "video.mp4", "thumbnail.jpg", "captions.vtt"

OnProgress = Callable[[int, int], None]
"""Told the frames that are done and the frames of the whole video."""

_SHORTER_SECONDS = 0.25  # a narration's file may be this much shorter than its timeline says
_THUMBNAIL_SECONDS = 1.5  # the intro's entrance is over


class ComposedVideo(Value):
    """Files in the folder that compose was given.

    video: MP4, H.264 and AAC. thumbnail: JPEG, 1280x720. captions: WebVTT.
    clips_encoded of clips_total were not in the clip store. loudness: of the mix, before AAC.
    """

    video: Path
    thumbnail: Path
    captions: Path
    frame_count: int
    duration_seconds: float
    width: int
    height: int
    fps: int
    file_size_bytes: int
    clips_total: int
    clips_encoded: int
    loudness: Loudness


def compose(
    timeline: Timeline,
    storage: Storage,
    folder: Path,
    *,
    encoder: EncoderSettings,
    clips_prefix: str,
    on_progress: OnProgress | None = None,
) -> ComposedVideo:
    """Make the video of a timeline, in `folder`; the caller keeps the files.

    Args:
        clips_prefix: where clips are kept and found again, such as `clips/1`: it names the workspace.

    Raises:
        NotStored: a scene or a voice is not there.
        UnusableMedia: a recording or a voice is damaged, or not as long as the timeline says.
        FfmpegFailed, FfmpegStopped, DiskFull: as they are described in `shared.media.ffmpeg`.
    """
    with disk_errors():
        store = ClipStore(storage, clips_prefix, ffmpeg_version())
        clips, encoded = _clips(timeline, store, folder, encoder, on_progress or (lambda done, total: None))
        sound, loudness = level(_mix(timeline, storage, folder))
        video = folder / VIDEO
        join_clips(clips, sound, timeline.viewport.fps, video)
        for clip in set(clips):
            clip.unlink()
        thumbnail = make_thumbnail(video, folder / THUMBNAIL, thumbnail_second(timeline))
        (folder / CAPTIONS).write_text(captions(timeline), encoding="utf-8")
    picture = Picture.of(timeline.viewport, timeline.frame_count)
    return ComposedVideo(
        video=video,
        thumbnail=thumbnail,
        captions=folder / CAPTIONS,
        frame_count=timeline.frame_count,
        duration_seconds=timeline.duration_seconds,
        width=picture.width,
        height=picture.height,
        fps=picture.fps,
        file_size_bytes=video.stat().st_size,
        clips_total=len(clips),
        clips_encoded=encoded,
        loudness=loudness,
    )


def thumbnail_second(timeline: Timeline) -> float:
    """The middle of the first scene: its entrance is over, and its exit has not begun."""
    seconds = timeline.scenes[0].frame_count / timeline.viewport.fps
    return min(max(seconds / 2, _THUMBNAIL_SECONDS), seconds - 1 / timeline.viewport.fps)


def _clips(
    timeline: Timeline, store: ClipStore, folder: Path, encoder: EncoderSettings, on_progress: OnProgress
) -> tuple[list[Path], int]:
    """The clip of each scene, and how many of them were encoded now."""
    total, encoded = timeline.frame_count, 0
    made: dict[str, Path] = {}
    clips = []
    for scene, first in zip(timeline.scenes, timeline.first_frames(), strict=True):
        picture = Picture.of(timeline.viewport, scene.frame_count)
        key = store.key(scene, picture, encoder)
        clip = made.get(key) or folder / f"clip-{len(made)}.mp4"
        if key not in made and not store.fetch(key, clip, picture):
            store.encode(key, scene, clip, picture, encoder, partial(_tell, on_progress, first, total))
            encoded += 1
        made[key] = clip
        clips.append(clip)
        on_progress(first + scene.frame_count, total)
    return clips, encoded


def _tell(on_progress: OnProgress, first: int, total: int, frames: int) -> None:
    on_progress(first + frames, total)


def _mix(timeline: Timeline, storage: Storage, folder: Path) -> Sound:
    """Every narration at its place, in a track as long as the pictures."""
    fps = timeline.viewport.fps
    mix = silence(math.ceil(timeline.frame_count * RATE / fps))
    for scene, first in zip(timeline.scenes, timeline.first_frames(), strict=True):
        if scene.narration is not None:
            add(mix, _narration(scene, storage, folder), first / fps + scene.narration.offset_seconds)
    return mix


def _narration(scene: Scene, storage: Storage, folder: Path) -> Sound:
    narration = scene.narration
    assert narration is not None  # the caller looked
    path = folder / "narration.wav"
    storage.fetch(narration.audio_key, path)
    try:
        sound = read_sound(path, narration.duration_seconds)
    finally:
        path.unlink()
    if len(sound) < (narration.duration_seconds - _SHORTER_SECONDS) * RATE:
        raise UnusableMedia(
            f"the voice of the scene {scene.title!r} is cut short: {len(sound) / RATE:.1f} s "
            f"of {narration.duration_seconds:.1f} s are there"
        )
    return sound
