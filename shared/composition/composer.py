"""The composer on its own: a recording and a voice in, a video out, without rows and without a timeline."""

from __future__ import annotations

import asyncio
import math
import secrets
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field

from shared.composition.cards import CardFields, intro_card
from shared.composition.clips import check_clip, encode_clip, show_frames
from shared.media.presets import EncoderSettings, Picture, Quality
from shared.composition.frames import check_frames
from shared.composition.joining import join_clips
from shared.composition.overlays import Corner, fit_recording, place_logo
from shared.composition.sound import add, level, read_sound, silence
from shared.composition.thumbnails import make_thumbnail
from shared.media.ffmpeg import disk_errors
from shared.media.files import UnusableMedia, probe_video
from shared.media.loudness import RATE
from shared.recording import FRAMES, Card, SceneJob, Viewport, film_scene
from shared.settings import Settings, read_settings
from shared.values import Value

FPS = 30


class Intro(Value):
    """The card before the recording. name, company: of whom it greets. text: what the video is about."""

    name: str = "there"
    company: str = ""
    text: str | None = None
    duration_seconds: float = Field(3.0, ge=1, le=30)


class CompositionResult(Value):
    """A composed video. quality_versions: the file of each quality that was made.

    branding_applied: whether a logo was given and is in the picture.
    """

    video_file_path: Path
    thumbnail_path: Path
    quality_versions: dict[str, Path]
    duration_seconds: float
    resolution: str
    file_size_bytes: int
    processing_time_seconds: float
    branding_applied: bool
    has_intro: bool


class VideoComposer:
    """Puts recordings, voices and cards together. Without settings, those of the environment."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings

    async def compose_video(
        self,
        recording_path: str | Path,
        voiceover_path: str | Path,
        output_path: str | Path | None = None,
        add_intro: bool = True,
        add_branding: bool = True,
        quality: Quality = "high",
        *,
        intro: Intro | None = None,
        logo_path: str | Path | None = None,
        logo_position: Corner = "bottom-right",
    ) -> CompositionResult:
        """Make an MP4 of VIDEO_DEFAULT_RESOLUTION, 30 frames a second, and a thumbnail beside it.

        The voice starts with the recording, after the intro. If the voice is longer, the recording's last
        picture stays; if it is shorter, silence follows.

        Args:
            recording_path: MP4 or WebM; its own sound is left out.
            voiceover_path: WAV, MP3, Ogg, FLAC or M4A.
            output_path: of the MP4; without it, a new name in VIDEO_STORAGE_PATH.
            intro: what the intro says; a greeting without a name unless given.
            logo_path: PNG or JPEG, shown in a corner if `add_branding`.

        Raises:
            UnusableMedia: a file is not what it should be, or the video would be longer than
                VIDEO_MAX_DURATION_SECONDS.
            NoBrowser: an intro was asked for and there is no browser to film it.
            FfmpegFailed, FfmpegStopped, DiskFull.
        """
        started = time.monotonic()
        settings = self._settings or read_settings()
        logo = Path(logo_path) if logo_path and add_branding else None
        video = Path(output_path) if output_path else _new_path(settings)
        with tempfile.TemporaryDirectory(prefix="leadreel-compose-") as name, disk_errors():
            work = _Work(settings, Path(name), quality, logo, logo_position)
            recording = Path(recording_path)
            frames = await asyncio.to_thread(work.measure, recording, Path(voiceover_path))
            if add_intro:
                await work.film_intro(intro or Intro(), recording)
            thumbnail = await asyncio.to_thread(work.make, recording, frames, video)
        return CompositionResult(
            video_file_path=video,
            thumbnail_path=thumbnail,
            quality_versions={quality: video},
            duration_seconds=work.frame_count / FPS,
            resolution=settings.video_default_resolution,
            file_size_bytes=video.stat().st_size,
            processing_time_seconds=time.monotonic() - started,
            branding_applied=logo is not None,
            has_intro=add_intro,
        )


class _Work:
    """One composition, in a folder of its own."""

    def __init__(
        self, settings: Settings, folder: Path, quality: Quality, logo: Path | None, corner: Corner
    ) -> None:
        width, _, height = settings.video_default_resolution.partition("x")
        self._settings = settings
        self._viewport = Viewport(width=int(width) // 2 * 2, height=int(height) // 2 * 2, fps=FPS)
        self._folder = folder
        self._encoder = EncoderSettings.from_settings(settings, quality)
        self._logo, self._corner = logo, corner
        self._voice = silence(0)
        self._intro_frames = 0
        self.frame_count = 0

    def measure(self, recording: Path, voiceover: Path) -> int:
        """Read the voice. Returns how many frames the recording is to be seen for."""
        longest = self._settings.video_max_duration_seconds
        facts = probe_video(recording)
        self._voice = read_sound(voiceover, longest + 1)
        frames = max(round(facts.duration_seconds * FPS), math.ceil(len(self._voice) * FPS / RATE), 1)
        if frames > longest * FPS:
            raise UnusableMedia(
                f"the video would be longer than {longest} s (VIDEO_MAX_DURATION_SECONDS): "
                f"{recording.name} and {voiceover.name} are too long"
            )
        return frames

    async def film_intro(self, intro: Intro, recording: Path) -> None:
        first_view = make_thumbnail(recording, self._folder / "first.jpg", 0.0)
        html = intro_card(
            CardFields(name=intro.name, company=intro.company, text=intro.text),
            page_image=first_view.read_bytes(),
            duration_seconds=intro.duration_seconds,
            viewport_width=self._viewport.width,
            viewport_height=self._viewport.height,
        )
        job = SceneJob(
            source=Card(html=html),
            viewport=self._viewport,
            first_frame=0,
            frame_count=round(intro.duration_seconds * FPS),
        )
        result = await film_scene(job, self._folder, chromium_path=self._settings.chromium_path)
        check_frames(self._folder / FRAMES, result, "intro")
        self._intro_frames = job.frame_count

    def make(self, recording: Path, frames: int, video: Path) -> Path:
        """Encode, join, and put the files where they belong. Returns the thumbnail's path."""
        clips = []
        if self._intro_frames:
            picture = Picture.of(self._viewport, self._intro_frames)
            clips.append(self._clip("intro", show_frames(self._folder / FRAMES, picture), picture))
        picture = Picture.of(self._viewport, frames)
        clips.append(self._clip("recording", fit_recording(recording, picture), picture))
        self.frame_count = self._intro_frames + frames
        mix = silence(math.ceil(self.frame_count * RATE / FPS))
        add(mix, self._voice, self._intro_frames / FPS)
        made = self._folder / "video.mp4"
        join_clips(clips, level(mix)[0], FPS, made)
        still = make_thumbnail(
            made, self._folder / "thumbnail.jpg", max(self._intro_frames, frames) / FPS / 2
        )
        _publish(made, video)
        thumbnails = self._settings.thumbnail_storage_path or video.parent
        return _publish(still, thumbnails / f"{video.stem}.jpg")

    def _clip(self, title: str, stream: object, picture: Picture) -> Path:
        clip = self._folder / f"{title}.mp4"
        if self._logo is not None:
            stream = place_logo(stream, self._logo, self._corner, picture)
        encode_clip(stream, clip, picture, self._encoder, title, lambda frames: None)
        check_clip(clip, picture)
        return clip


def _publish(file: Path, target: Path) -> Path:
    """Put a finished file in its place: it shows up whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        shutil.move(file, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _new_path(settings: Settings) -> Path:
    folder = settings.video_storage_path or settings.storage_path / "composed"
    return folder / f"video-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}.mp4"
