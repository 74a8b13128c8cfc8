"""Films a page frame by frame and looks closely only where something changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from shared.recording.page.resting import frames_at_rest
from shared.recording.page.stage import Stage
from shared.recording.tour.steps import Hide, Hold, Scroll, Wait

CALM_FRAMES = 3  # as many frames alike before the page is asked whether it rests
AWAKE_FRAMES = 2  # that are drawn before what comes next


class Camera:
    """While the page moves, each frame is shot; while it is still, each is only drawn, until one differs.

    Drawing costs a few milliseconds and a picture tens of them, but drawing and shooting a frame rasterises
    it twice: so a moving page is shot directly.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._at = 0  # the frame that comes next
        self._last = b""
        self._still = False
        self._calm = 0  # frames in a row that are the same

    async def film(self, first_frame: int, frame_count: int) -> AsyncGenerator[bytes | None, None]:
        """Frames [first_frame, first_frame + frame_count).

        Each is a picture, or None where it repeats the one before; the first never is None. What comes before
        them, since the last frame that was filmed, passes in fast-forward.
        """
        while self._at < first_frame:
            await self._pass()
        end = first_frame + frame_count
        while self._at < end:
            await self._next()
            changed = await self._look()
            yield self._last if changed or self._at == first_frame + 1 else None
            self._calm = 0 if changed else self._calm + 1
            for _ in range(await self._rest(end - self._at)):
                yield None

    async def _rest(self, most: int) -> int:
        """Pass over frames, so many at most, in which nothing can move; how many these are."""
        if not self._stage.tells_of_motion or not self._calm or self._calm % CALM_FRAMES or not most:
            return 0
        resting = await frames_at_rest(self._stage.page, self._stage.viewport.fps)
        passed = most if resting is None else min(most, resting - AWAKE_FRAMES)
        if passed <= 0:
            return 0
        await self._stage.clock.advance(passed)
        self._at += passed
        return passed

    async def _next(self) -> None:
        await self._stage.go_to(self._at)
        self._at += 1

    async def _pass(self) -> None:
        """Let the page live through a frame that is not filmed."""
        await self._next()
        if self._hands_off():
            await self._stage.clock.skip()
        else:
            await self._stage.clock.draw()

    def _hands_off(self) -> bool:
        """Whether the page is only looked at: what a click sets off may wait for frames to be drawn."""
        return all(isinstance(step, Hide | Hold | Scroll | Wait) for step in self._stage.steps)

    async def _look(self) -> bool:
        """Whether the page looks different from the last picture; if so, take a new one."""
        if self._still and not await self._stage.clock.draw():
            return False
        picture = await self._stage.clock.shoot()
        self._still = picture == self._last
        self._last = picture
        return not self._still


def film(stage: Stage, first_frame: int, frame_count: int) -> AsyncGenerator[bytes | None, None]:
    """As `Camera.film`, with a camera of its own."""
    return Camera(stage).film(first_frame, frame_count)
