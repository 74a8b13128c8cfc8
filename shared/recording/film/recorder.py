"""The recorder on its own: a URL in, an mp4 out, without rows and without the rest of the product."""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from shared.errors import Permanent
from shared.media.jpegs import JpegDecoder
from shared.media.presets import EncoderSettings, Quality
from shared.media.video_file import VideoFile
from shared.recording.browser.access import Access
from shared.recording.film.crews import Crews, Planning
from shared.recording.film.scene import OnProgress
from shared.recording.job import Locale, Progress, QualityReport, Timezone, Tour, Viewport, Visitor
from shared.recording.page.opening import opened
from shared.recording.page.stage import Stage
from shared.recording.tour.planning import plan_tour
from shared.recording.tour.steps import TourStep
from shared.settings import Settings, read_settings
from shared.values import Value

SHORTEST_SHARED_SECONDS = 3.0


class TooLong(Permanent):
    """The recording would be longer than VIDEO_MAX_DURATION_SECONDS."""


class WrongConfig(Permanent):
    """A page can't be recorded like that; the text names what is wrong."""


class RecordingConfig(Value):
    """How to record. resolution: WIDTHxHEIGHT, in CSS pixels; frame_rate: frames per second.

    The others: see Viewport, Tour and Visitor.
    """

    resolution: str = Field("1920x1080", pattern=r"^[0-9]{3,4}x[0-9]{3,4}$")
    frame_rate: Literal[24, 25, 30, 50, 60] = 30
    quality: Quality = "high"
    device_scale: float = Field(1.0, ge=1.0, le=2.0)
    show_cursor: bool = True
    highlight_clicks: bool = True
    color_scheme: Literal["light", "dark"] = "light"
    locale: Locale = "en-US"
    timezone: Timezone = "UTC"

    @classmethod
    def parse(cls, **fields: Any) -> RecordingConfig:
        """Raises WrongConfig naming the first field that can't be used."""
        try:
            config = cls.model_validate(fields)
            assert config.viewport, config.tour("", (), still=True)  # within their bounds, too
        except ValidationError as error:
            first = error.errors()[0]
            raise WrongConfig(f"{first['loc'][0]}: {first['msg'].lower()}, not {first['input']}") from error
        return config

    @property
    def viewport(self) -> Viewport:
        width, _, height = self.resolution.partition("x")
        return Viewport(
            width=int(width), height=int(height), fps=self.frame_rate, device_scale=self.device_scale
        )

    def tour(self, url: str, steps: tuple[TourStep, ...], *, still: bool) -> Tour:
        """A tour of a page by this visitor."""
        visitor = Visitor(color_scheme=self.color_scheme, locale=self.locale, timezone=self.timezone)
        return Tour(
            url=url,
            steps=steps,
            still=still,
            show_cursor=self.show_cursor,
            highlight_clicks=self.highlight_clicks,
            visitor=visitor,
        )


class RecordingResult(Value):
    """A finished recording. duration_seconds: frame_count / frame_rate.

    resolution: of the file, in pixels. unique_frames: how many differ from the one before.
    """

    file_path: Path
    duration_seconds: float
    resolution: str
    file_size_bytes: int
    frame_rate: int
    frame_count: int
    unique_frames: int
    browser_version: str
    quality: QualityReport = QualityReport()


class ScreenRecorder:
    """Films web pages to mp4 files."""

    def __init__(self, config: RecordingConfig | None = None, settings: Settings | None = None) -> None:
        self._config = config or RecordingConfig()
        self._settings = settings

    async def start_recording(
        self,
        url: str,
        output_path: Path | str | None = None,
        duration_seconds: float = 30.0,
        tour: tuple[TourStep, ...] | None = None,
        access: Access | None = None,
        *,
        still: bool = False,
        browsers: int | None = None,
        on_progress: OnProgress | None = None,
    ) -> RecordingResult:
        """Film a page: load, settle, then `duration_seconds` of its tour.

        output_path: of the mp4; without it, a new name in the folder of recordings.
        tour: what happens on the page; without it, a scroll through the page that fits the duration.
        access: headers and cookies for the page's own site.
        still: nobody touches the page, and second 0 is its load.
        browsers: how many film side by side; without it, as many as pay on this machine.
        on_progress: told after every frame; it must return at once.

        Raises:
            PageFault: the page can't be recorded; the text says why.
            TooLong: see VIDEO_MAX_DURATION_SECONDS.
        """
        settings = self._settings or read_settings()
        if not 0 < duration_seconds <= settings.video_max_duration_seconds:
            most = settings.video_max_duration_seconds
            raise TooLong(
                f"a recording lasts up to {most} s (VIDEO_MAX_DURATION_SECONDS), not {duration_seconds:g}"
            )
        target = Path(output_path) if output_path else _new_path(settings)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.partial")
        viewport = self._config.viewport
        source = self._config.tour(url, tour or (), still=still)
        frames = max(1, round(duration_seconds * viewport.fps))
        crews = Crews(
            opening=lambda driver: opened(
                source,
                viewport,
                allow_hosts=settings.recording_allow_hosts,
                chromium_path=settings.chromium_path,
                deadline_seconds=60 + 60 * duration_seconds,
                access=access,
                shared_driver=driver,
            ),
            url=url,
            frames=frames,
            fps=viewport.fps,
            browsers=browsers or paying_browsers(duration_seconds, len(os.sched_getaffinity(0))),
            planning=None if still or tour is not None else planning_for(duration_seconds),
        )
        try:
            unique = await self._write(crews, partial, settings, on_progress)
            quality = crews.report()
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return RecordingResult(
            file_path=target,
            duration_seconds=frames / viewport.fps,
            resolution="{}x{}".format(*viewport.pixels),
            file_size_bytes=target.stat().st_size,
            frame_rate=viewport.fps,
            frame_count=frames,
            unique_frames=unique,
            browser_version=crews.browser_version,
            quality=quality,
        )

    async def _write(
        self, crews: Crews, path: Path, settings: Settings, on_progress: OnProgress | None
    ) -> int:
        """Film and encode side by side: while one picture is encoded the next ones are taken.

        Returns how many frames differ from the one before.
        """
        encoder = EncoderSettings.from_settings(settings, self._config.quality)
        view = self._config.viewport
        # at once: the browsers need the cores, and nothing is to be left to do at the end
        with VideoFile(path, *view.pixels, view.fps, encoder, at_once=True) as video:
            writer = _Writer(video, JpegDecoder(*view.pixels))
            done = unique = 0
            async with aclosing(crews.film()) as taken:
                async for jpeg in taken:
                    await writer.add(jpeg)
                    done, unique = done + 1, unique + (jpeg is not None)
                    if on_progress is not None:
                        on_progress(Progress(frames_done=done, frames_total=crews.frames))
            await writer.finish()
        return unique


def paying_browsers(seconds: float, cores: int) -> int:
    """As many as there are cores, up to four; a short film is done before a second one is up."""
    return max(1, min(cores, 4)) if seconds >= SHORTEST_SHARED_SECONDS else 1


def planning_for(seconds: float) -> Planning:
    """Plans a tour of so many seconds for the page that is on show."""

    async def plan(stage: Stage) -> tuple[TourStep, ...]:
        view = stage.viewport
        height = view.height + (await stage.page.look()).room
        return plan_tour(height, view, seconds, await stage.page.landmarks())

    return plan


class _Writer:
    """Gives each unique frame to the encoder, in a thread, once it is known how long it stands."""

    def __init__(self, video: VideoFile, decoder: JpegDecoder) -> None:
        self._video = video
        self._decoder = decoder
        self._jpeg = b""
        self._frames = 0
        self._encoding: asyncio.Task[None] | None = None

    async def add(self, jpeg: bytes | None) -> None:
        if jpeg is not None:
            await self._pass_on()
            self._jpeg, self._frames = jpeg, 0
        self._frames += 1

    async def finish(self) -> None:
        await self._pass_on()
        await self._join()

    async def _pass_on(self) -> None:
        await self._join()
        if self._frames:
            work = asyncio.to_thread(self._encode, self._jpeg, self._frames)
            self._encoding = asyncio.create_task(work)

    def _encode(self, jpeg: bytes, frames: int) -> None:
        self._video.add(self._decoder.decode(jpeg), frames)

    async def _join(self) -> None:
        if self._encoding is not None:
            await self._encoding


def _new_path(settings: Settings) -> Path:
    folder = settings.recording_storage_path or settings.storage_path / "recordings"
    return folder / f"recording-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}.mp4"
