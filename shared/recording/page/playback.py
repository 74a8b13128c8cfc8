"""Off camera: videos that play as the page settles are brought in step with its clock."""

from __future__ import annotations

import asyncio

from shared.recording.page.inpage import InPage

_GRID = 0.5
_INSIDE = 0.004  # past the grid: on it lies where one picture of the video ends and the next begins
_SLACK = 0.001
_PATIENCE = (0.1, 0.3, 1.0)
_PUT = f"""((all) => {{
  const due = (video) => {_GRID} * Math.round(video.currentTime / {_GRID}) + {_INSIDE};
  const ahead = (video) => due(video) - video.currentTime;
  const moved = [...document.querySelectorAll('video')]
    .filter((video) => !video.paused && !video.ended && video.playbackRate === 1)
    .filter((video) => video.readyState > 1 && due(video) < video.duration && isFinite(video.duration))
    // a server without ranges lets a video go back to its start only, which is on the grid
    .filter((video) => all || [0, {_INSIDE}].every((past) => Math.abs(ahead(video) - past) > {_SLACK}));
  for (const video of moved) video.currentTime = due(video);
  return moved.length;
}})"""


class Playback:
    """The videos of a page that is about to be filmed.

    A video begins to play when its first pictures are decoded. That takes the machine's time, of which the
    page's clock knows nothing: in another recording it would be some milliseconds ahead. Put to a moment
    while the clock stands, it goes on from there with the clock, if it is ready by then.
    """

    def __init__(self, page: InPage) -> None:
        self._page = page
        self._patience = iter(_PATIENCE)
        self._put = False

    async def put_in_step(self) -> bool:
        """Whether videos had to be moved; call it again half a page second later, to see if it held."""
        seconds = next(self._patience, None)
        every = "false" if self._put else "true"  # one that was put shows its pictures a frame sooner
        if seconds is None or not await self._page.evaluate(f"{_PUT}({every})"):
            return False
        self._put = True
        await asyncio.sleep(seconds)  # the decoder's time, not the page's
        return True
