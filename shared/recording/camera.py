"""Films a page frame by frame and looks closely only where something changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from shared.recording.clock import FrameClock
from shared.recording.stage import Stage


class Camera:
    """While the page moves, each frame is shot; while it is still, each is only drawn, until one differs.

    Drawing costs a few milliseconds and a picture tens of them, but drawing and shooting a frame rasterises
    it twice: so a moving page is shot directly.
    """

    def __init__(self, clock: FrameClock) -> None:
        self._clock = clock
        self._last = b""
        self._still = False

    async def look(self) -> bytes | None:
        """The picture at this moment, as JPEG, or None if it is the one before."""
        if self._still and not await self._clock.draw():
            return None
        picture = await self._clock.shoot()
        self._still = picture == self._last
        self._last = picture
        return None if self._still else picture


async def film(stage: Stage, first_frame: int, frame_count: int) -> AsyncGenerator[bytes | None, None]:
    """Frames [first_frame, first_frame + frame_count): each a JPEG, or None where it repeats the one before.

    The first is always a JPEG. Frames before it pass in fast-forward, drawn and not shot.
    """
    for frame in range(first_frame):
        await stage.go_to(frame)
        await stage.clock.draw()
    camera = Camera(stage.clock)
    for frame in range(first_frame, first_frame + frame_count):
        await stage.go_to(frame)
        yield await camera.look()
