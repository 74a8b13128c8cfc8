"""Film one scene into a folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from shared.media.framefile import FrameFile
from shared.recording.browser.access import unseal
from shared.recording.browser.caps import CAPS, Caps
from shared.recording.film.camera import film
from shared.recording.job import FRAMES, SHOWN_TEXT, Card, Progress, SceneJob, SceneResult, Tour, Work
from shared.recording.page.opening import opened
from shared.recording.quality.watch import Watch

OnProgress = Callable[[Progress], None]


async def film_scene(
    job: SceneJob,
    folder: Path,
    *,
    allow_hosts: tuple[str, ...] = (),
    on_progress: OnProgress | None = None,
    request_id: str = "",
    chromium_path: Path | None = None,
    deadline_seconds: float = 600.0,
    caps: Caps = CAPS,
    access_key: SecretStr | None = None,
) -> SceneResult:
    """Film a scene in a browser of its own, and write its unique frames to `folder`/frames.mkv.

    on_progress: told after every frame; it must return at once.
    request_id: of the Lambda invocation, for the result.
    deadline_seconds: after so long the browser is ended.
    caps: what the page may take of time, network and memory.
    access_key: what the visitor's access was sealed with, if there is any.

    Raises:
        CannotUnseal: before anything is started.
        PageFault: the page can't be recorded.
        Retryable: the browser failed us.
    """
    started_at = datetime.now(UTC)
    view = job.viewport
    width, height = view.pixels
    source = job.source
    async with opened(
        source,
        view,
        allow_hosts=allow_hosts,
        chromium_path=chromium_path,
        deadline_seconds=deadline_seconds,
        caps=caps,
        access=unseal(source.visitor.access, access_key) if isinstance(source, Tour) else None,
    ) as stage:
        watch = Watch(stage, source.url if isinstance(source, Tour) else "", job.frame_count)
        alpha = isinstance(source, Card) and source.transparent
        with FrameFile(folder / FRAMES, width, height, view.fps, alpha=alpha) as file:
            async with aclosing(film(stage, job.first_frame, job.frame_count)) as frames:
                done = 0
                async for picture in frames:
                    file.add(picture)
                    await watch.see(picture)
                    done += 1
                    if on_progress is not None:
                        on_progress(Progress(frames_done=done, frames_total=job.frame_count))
        quality = await watch.report()
        shown_text = await stage.page.text(SHOWN_TEXT) if isinstance(source, Card) else ""
    work = Work(
        started_at=started_at,
        finished_at=datetime.now(UTC),
        request_id=request_id,
        browser_version=stage.browser_version,
    )
    return SceneResult(
        frame_count=job.frame_count,
        durations=tuple(file.durations),
        width=width,
        height=height,
        fps=view.fps,
        quality=quality,
        shown_text=shown_text,
        work=work,
    )
