"""Watches a film while it is made, for the verdict on it: cheap, beside the frame loop."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

from shared.recording.faults import PageFault
from shared.recording.job import QualityReport
from shared.recording.page.stage import Stage
from shared.recording.quality.observing import checked, edges, observe
from shared.recording.quality.seen import Observation, Sample, Seen
from shared.recording.quality.verdict import judge
from shared.recording.tour.steps import Click, Goto, Type

SAMPLE_SECONDS = 1.0


class Watch:
    """Sees every frame of a film, looks at a picture once a second, and asks the page at both ends.

    A card of ours is not watched.
    """

    def __init__(self, stage: Stage, asked: str, frame_count: int) -> None:
        """asked: the URL. frame_count: how many frames the film is going to have."""
        self._stage = stage
        self._asked = asked
        self._reached, self._status = stage.url, stage.status
        self._frame_count = frame_count
        self._pace = SAMPLE_SECONDS * stage.viewport.fps
        self._frame = -1
        self._jpeg = b""
        self._fresh = False
        self._sampling: list[tuple[int, asyncio.Task[float]]] = []
        self._observations: list[tuple[float, Observation]] = []

    def pass_to(self, frame: int) -> None:
        """Somebody else films what is left before this frame."""
        self._frame, self._fresh = frame - 1, False

    async def see(self, jpeg: bytes | None) -> None:
        """The next frame, while the page stands there; None repeats the one before.

        Raises:
            PageFault: at the first frame, if what is there is of no use.
        """
        if self._stage.driver is None:
            return
        self._frame += 1
        if jpeg is not None:
            self._jpeg, self._fresh = jpeg, True
        first, last = self._frame == 0, self._frame == self._frame_count - 1
        due = not self._sampling or self._frame - self._sampling[-1][0] >= self._pace
        if self._fresh and (due or last):
            self._sample()
        if first or last:
            await self._look()
        if first:  # what is blank now may still come, what is a wall now stays one
            refuse(judge(replace(await self.seen(), samples=())), self._asked)

    async def report(self) -> QualityReport:
        """After the last frame.

        Raises:
            PageFault: if the film is of no use.
        """
        quality = judge(await self.seen()) if self._stage.driver else QualityReport()
        refuse(quality, self._asked)
        return quality

    async def seen(self) -> Seen:
        """What was seen so far."""
        fps, end = self._stage.viewport.fps, self._frame + 1
        starts = [frame for frame, _ in self._sampling] + [end]
        shares = [await task for _, task in self._sampling]
        samples = tuple(
            Sample(start / fps, (until - start) / fps, share)
            for (start, until), share in zip(pairwise(starts), shares, strict=True)
        )
        return replace(
            sight(self._stage, self._asked),
            reached=self._reached,
            http_status=self._status,
            observations=tuple(self._observations),
            samples=samples,
        )

    def _sample(self) -> None:
        work = asyncio.to_thread(edges, self._jpeg)
        self._sampling.append((self._frame, asyncio.create_task(work)))
        self._fresh = False

    async def _look(self) -> None:
        page = replace(await observe(self._stage.page), status=self._stage.status)
        page = await asyncio.to_thread(checked, page, self._jpeg, self._stage.viewport.device_scale)
        self._observations.append((self._frame / self._stage.viewport.fps, page))


def sight(stage: Stage, asked: str) -> Seen:
    """What the stage itself tells about a page; nothing was looked at yet."""
    return Seen(
        asked=asked,
        reached=stage.url,
        http_status=stage.status,
        load_seconds=stage.load_seconds,
        network_held=stage.clock.network_held,
        steered=any(isinstance(step, Click | Goto | Type) for step in stage.steps),
        types=any(isinstance(step, Type) for step in stage.steps),
    )


async def glance(stage: Stage, asked: str, picture: bytes) -> Seen:
    """The page at this moment. picture: JPEG, of the same moment."""
    page = checked(await observe(stage.page), picture, stage.viewport.device_scale)
    sample = Sample(0.0, 0.0, edges(picture))
    return replace(sight(stage, asked), observations=((0.0, page),), samples=(sample,))


def refuse(quality: QualityReport, url: str) -> None:
    """Raises PageFault if the verdict is `fail`."""
    if quality.faults:
        raise PageFault(quality.faults[0], url=url, status=quality.http_status)
