"""The composer on its own: a recording and a voice in, a video out, without rows and without a pipeline."""

from __future__ import annotations

import asyncio
import math
import secrets
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field

from shared.composition.assembly import Composition, compose
from shared.composition.cards import CardFields, LogoCorner, Look, intro_card, overlay
from shared.composition.certificate import Certificate
from shared.composition.options import Version
from shared.composition.sound import VOICE_LUFS, level, read_sound, write_wav
from shared.composition.timeline import Names, Narration, Scene, Timeline
from shared.encoding import MediaJob, first_picture, take_in
from shared.media.ffmpeg import disk_errors
from shared.media.files import UnusableMedia, probe_video
from shared.media.logos import make_logo
from shared.media.loudness import RATE
from shared.media.presets import EncoderSettings, Quality
from shared.media.sounds import ingest_sound
from shared.recording import FRAMES, RESULT, Card, SceneJob, Viewport, film_scene
from shared.settings import Settings, read_settings
from shared.storage import FileStorage
from shared.values import Value

FPS = 30


class Intro(Value):
    """The card before the recording. name, company: of whom it greets. text: what the video is about."""

    name: str = "there"
    company: str = ""
    text: str | None = None
    duration_seconds: float = Field(3.0, ge=1, le=30)


class CompositionResult(Value):
    """A composed video. quality_versions: the file of each size, by its name, the largest first.

    branding_applied: whether a logo was given and is in the picture. certificate: what was measured of the
    files, and whether it is good.
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
    certificate: Certificate


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
        logo_position: LogoCorner = "bottom-right",
        quality_versions: Sequence[Version] = (),
    ) -> CompositionResult:
        """Make an MP4 of VIDEO_DEFAULT_RESOLUTION, 30 frames a second, and a thumbnail beside it.

        The voice starts with the recording, after the intro. If the voice is longer, the recording's last
        picture stays; if it is shorter, silence follows.

        Args:
            recording_path: MP4 or WebM; its own sound is left out.
            voiceover_path: WAV, MP3, Ogg, FLAC or M4A.
            output_path: of the MP4; without it, a new name in VIDEO_STORAGE_PATH.
            intro: what the intro says; a greeting without a name unless given.
            logo_path: PNG, JPEG or SVG, shown in a corner of the recording if `add_branding`.
            quality_versions: smaller sizes to make as well, such as `720p`; their names go before the suffix.

        Raises:
            UnusableMedia: a file is not what it should be, or the video would be longer than
                VIDEO_MAX_DURATION_SECONDS.
            NoBrowser: an intro or a logo was asked for and there is no browser to film it.
            FfmpegFailed, FfmpegStopped, DiskFull.
        """
        started = time.monotonic()
        settings = self._settings or read_settings()
        logo = Path(logo_path) if logo_path and add_branding else None
        video = Path(output_path) if output_path else _new_path(settings)
        with tempfile.TemporaryDirectory(prefix="leadreel-compose-") as name, disk_errors():
            work = _Work(
                settings, Path(name), quality, tuple(int(v.removesuffix("p")) for v in quality_versions)
            )
            await asyncio.to_thread(work.take_in, Path(recording_path), Path(voiceover_path))
            if logo is not None:
                await work.film_logo(await asyncio.to_thread(make_logo, logo), logo_position)
            if add_intro:
                await work.film_intro(intro or Intro())
            made = (await asyncio.to_thread(work.compose)).video
            versions = {
                level: _publish(file, video if n == 0 else video.with_stem(f"{video.stem}-{level}"))
                for n, (level, file) in enumerate(made.versions.items())
            }
            thumbnails = settings.thumbnail_storage_path or video.parent
            thumbnail = _publish(made.thumbnail, thumbnails / f"{video.stem}.jpg")
        return CompositionResult(
            video_file_path=video,
            thumbnail_path=thumbnail,
            quality_versions=versions,
            duration_seconds=made.duration_seconds,
            resolution=settings.video_default_resolution,
            file_size_bytes=video.stat().st_size,
            processing_time_seconds=time.monotonic() - started,
            branding_applied=logo is not None,
            has_intro=add_intro,
            certificate=made.certificate,
        )


class _Work:
    """One composition: a timeline of one or two scenes, over a storage in a folder of its own."""

    def __init__(self, settings: Settings, folder: Path, quality: Quality, heights: tuple[int, ...]) -> None:
        width, _, height = settings.video_default_resolution.partition("x")
        self._settings = settings
        self._viewport = Viewport(width=int(width) // 2 * 2, height=int(height) // 2 * 2, fps=FPS)
        self._folder = folder
        self._storage = FileStorage(folder / "storage")
        self._storage.root.mkdir()
        self._quality, self._heights = quality, heights
        self._scenes: list[Scene] = []
        self._names = Names()

    def take_in(self, recording: Path, voiceover: Path) -> None:
        """The recording as frames, the voice as a WAV that is as loud as all voices here."""
        longest = self._settings.video_max_duration_seconds
        facts = probe_video(recording)
        given = self._folder / "given.wav"
        ingest_sound(voiceover, given, longest_seconds=longest + 1)
        voice, _ = level(read_sound(given, longest + 1), VOICE_LUFS)
        frames = max(round(facts.duration_seconds * FPS), math.ceil(len(voice) * FPS / RATE), 1)
        if frames > longest * FPS:
            raise UnusableMedia(
                f"the video would be longer than {longest} s (VIDEO_MAX_DURATION_SECONDS): "
                f"{recording.name} and {voiceover.name} are too long"
            )
        self._storage.put("voice.wav", write_wav(voice, self._folder / "voice.wav"))
        width, height = self._viewport.pixels
        job = MediaJob(media="", width=width, height=height, fps=FPS, frame_count=frames)
        take_in(job, recording, "recording", self._storage, self._folder)
        narration = Narration(
            audio_key="voice.wav", offset_seconds=0, duration_seconds=len(voice) / RATE, words=()
        )
        self._scenes.append(
            Scene(
                title="Recording",
                scene_type="demo",
                shows="media",
                job="recording",
                frame_count=frames,
                narration=narration,
            )
        )

    async def film_logo(self, logo: bytes, corner: LogoCorner) -> None:
        view = self._viewport
        html = overlay(
            Look(logo=logo), logo_corner=corner, viewport_width=view.width, viewport_height=view.height
        )
        await self._film("logo", Card(html=html, transparent=True), 1)
        self._scenes = [scene.model_copy(update={"overlays": ("logo",)}) for scene in self._scenes]

    async def film_intro(self, intro: Intro) -> None:
        html = intro_card(
            CardFields(name=intro.name, company=intro.company, text=intro.text),
            page_image=first_picture(self._storage.path(f"recording/{FRAMES}")),
            duration_seconds=intro.duration_seconds,
            viewport_width=self._viewport.width,
            viewport_height=self._viewport.height,
        )
        frames = round(intro.duration_seconds * FPS)
        await self._film("intro", Card(html=html), frames)
        self._names = Names(name=intro.name, company=intro.company.strip())
        self._scenes.insert(
            0,
            Scene(title=intro.name, scene_type="intro", shows="card", job="intro", frame_count=frames),
        )

    async def _film(self, prefix: str, card: Card, frames: int) -> None:
        job = SceneJob(source=card, viewport=self._viewport, first_frame=0, frame_count=frames)
        folder = self._folder / prefix
        folder.mkdir()
        result = await film_scene(job, folder, chromium_path=self._settings.chromium_path)
        self._storage.put(f"{prefix}/{FRAMES}", folder / FRAMES)
        self._storage.put(f"{prefix}/{RESULT}", result.model_dump_json().encode())

    def compose(self) -> Composition:
        timeline = Timeline(
            viewport=self._viewport,
            scenes=tuple(self._scenes),
            encoder=EncoderSettings.from_settings(self._settings, self._quality),
            heights=self._heights,
            names=self._names,
            cards=("intro",) if self._names.name else (),
        )
        folder = self._folder / "composed"
        folder.mkdir()
        return compose(timeline, self._storage, folder, workspace_id=0)


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
