"""Several browsers film one page side by side, each its chunks of the film; the frames come out in order.

Each browser passes through the whole film once: what another one films it fast-forwards through. So frame n
is the same whoever films it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field
from itertools import pairwise

from shared.recording.browser.driver import Driver, driver
from shared.recording.film.camera import Camera
from shared.recording.job import QualityReport
from shared.recording.page.stage import Stage
from shared.recording.quality.seen import Seen, joined
from shared.recording.quality.verdict import judge
from shared.recording.quality.watch import Watch, refuse
from shared.recording.tour.steps import TourStep

CHUNK_SECONDS = 0.1  # longer ones share the work less evenly and keep more pictures in memory
AHEAD = 5  # chunks a browser may be ahead of whoever takes the frames: pictures wait in memory

Opening = Callable[[Driver], AbstractAsyncContextManager[Stage]]
Planning = Callable[[Stage], Awaitable[tuple[TourStep, ...]]]


@dataclass(frozen=True)
class Chunk:
    """Frames [first, end) of a film."""

    first: int
    end: int


def chunks_of(frames: int, fps: int, browsers: int) -> tuple[Chunk, ...]:
    """The film in pieces of one length, to a frame: CHUNK_SECONDS, or a little longer.

    One browser alone needs no pieces.
    """
    count = max(1, int(frames / (CHUNK_SECONDS * fps))) if browsers > 1 else 1
    edges = [frames * n // count for n in range(count + 1)]
    return tuple(Chunk(first, end) for first, end in pairwise(edges))


@dataclass
class Crews:
    """Films the page that `opening` opens, with so many browsers, and says what was seen.

    url: as it was asked for. planning: makes the tour from the page; asked once, for all browsers.
    """

    opening: Opening
    url: str
    frames: int
    fps: int
    browsers: int
    planning: Planning | None = None
    browser_version: str = ""
    _seen: list[Seen] = field(default_factory=list)
    _filming: set[asyncio.Task[None]] = field(default_factory=set)
    _planned: asyncio.Future[tuple[TourStep, ...]] | None = None

    async def film(self) -> AsyncGenerator[bytes | None, None]:
        """Every frame in order: a JPEG, or None where it repeats the one before.

        Raises:
            PageFault: the page can't be recorded.
            Retryable: a browser failed us.
        """
        chunks = chunks_of(self.frames, self.fps, self.browsers)
        self.browsers = min(self.browsers, len(chunks))
        shelf = _Shelf(chunks, ahead=AHEAD * self.browsers)
        async with driver() as shared, self._at_work(shelf, shared):
            last = b""
            async for jpeg in shelf.frames():
                yield None if jpeg == last else jpeg
                last = jpeg or last
            await asyncio.gather(*self._filming)  # what they saw belongs to the report

    @contextlib.asynccontextmanager
    async def _at_work(self, shelf: _Shelf, shared: Driver) -> AsyncIterator[None]:
        crews = [asyncio.create_task(self._crew(shelf, shared)) for _ in range(self.browsers)]
        for crew in crews:
            crew.add_done_callback(shelf.note_end)
        try:
            yield
        finally:
            for crew in crews:
                crew.cancel()
            await asyncio.gather(*crews, return_exceptions=True)

    def report(self) -> QualityReport:
        """On the whole film, after its last frame.

        Raises:
            PageFault: if it is of no use.
        """
        quality = judge(joined(self._seen, self.frames / self.fps))
        refuse(quality, self.url)
        return quality

    async def _crew(self, shelf: _Shelf, shared: Driver) -> None:
        async with self.opening(shared) as stage:
            self.browser_version = stage.browser_version
            if self.planning is not None:
                stage.steps = await self._steps(stage, self.planning)
            crew = asyncio.current_task()
            assert crew is not None  # a coroutine runs in one
            camera, watch = Camera(stage), Watch(stage, self.url, self.frames)
            async for chunk in shelf.chunks():
                self._filming.add(crew)
                watch.pass_to(chunk.first)
                async with aclosing(camera.film(chunk.first, chunk.end - chunk.first)) as taken:
                    async for jpeg in taken:
                        await watch.see(jpeg)
                        shelf.put(chunk, jpeg)
            self._seen.append(await watch.seen())

    async def _steps(self, stage: Stage, planning: Planning) -> tuple[TourStep, ...]:
        """Whoever comes first plans; a page that differs a little for another makes no other tour."""
        if self._planned is not None:
            return await asyncio.shield(self._planned)
        self._planned = asyncio.get_running_loop().create_future()
        try:
            steps = await planning(stage)
        except BaseException:
            self._planned.cancel()
            raise
        self._planned.set_result(steps)
        return steps


class _Shelf:
    """Where browsers put their frames and from where they are taken in order."""

    def __init__(self, chunks: tuple[Chunk, ...], *, ahead: int) -> None:
        self._chunks = chunks
        self._frames: dict[Chunk, asyncio.Queue[bytes | None]] = {chunk: asyncio.Queue() for chunk in chunks}
        self._room = asyncio.Semaphore(ahead)
        self._next = 0
        self._failed: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()

    async def chunks(self) -> AsyncIterator[Chunk]:
        """The next chunk that nobody has, and again, until there is none."""
        while self._next < len(self._chunks):
            await self._room.acquire()
            if self._next >= len(self._chunks):
                return
            chunk = self._chunks[self._next]
            self._next += 1
            yield chunk

    def put(self, chunk: Chunk, jpeg: bytes | None) -> None:
        self._frames[chunk].put_nowait(jpeg)

    def note_end(self, crew: asyncio.Task[None]) -> None:
        """A crew that failed ends the film: its error is what the taker gets."""
        if crew.cancelled() or self._failed.done():
            return
        error = crew.exception()
        if error is not None:
            self._failed.set_exception(error)

    async def frames(self) -> AsyncIterator[bytes | None]:
        try:
            for chunk, queue in self._frames.items():
                for _ in range(chunk.end - chunk.first):
                    yield await self._taken(queue)
                self._room.release()
        finally:
            self._failed.cancel()
            with contextlib.suppress(BaseException):
                self._failed.exception()

    async def _taken(self, queue: asyncio.Queue[bytes | None]) -> bytes | None:
        """The next frame. Raises what a crew failed with."""
        if not queue.empty():
            return queue.get_nowait()
        taking = asyncio.create_task(queue.get())
        await asyncio.wait([taking, self._failed], return_when=asyncio.FIRST_COMPLETED)
        if not taking.done():
            taking.cancel()
            return self._failed.result()
        return taking.result()
