"""The composer on frames that are there, in a process of its own: every level, sound and captions.

    python -m bench.composing.ours STORAGE TIMELINE OUT QUALITY

What it makes goes into the folder OUT; one video a level. Nothing of it was made before.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.composing.levels import LEVELS
from shared.composition import EncoderSettings, Timeline, compose
from shared.recording import Viewport
from shared.settings import read_settings
from shared.storage import FileStorage


def main(storage: str, timeline: str, out: str, quality: str) -> None:
    plan = Timeline.model_validate_json(Path(timeline).read_bytes())
    encoder = EncoderSettings.from_settings(read_settings(), quality)  # type: ignore[arg-type]  # a word typed
    for level in LEVELS:
        view = Viewport(width=level.width, height=level.height, fps=plan.viewport.fps)
        folder = Path(out) / level.name
        folder.mkdir(parents=True)
        compose(
            plan.model_copy(update={"viewport": view}),
            FileStorage(Path(storage)),
            folder,
            encoder=encoder,
            clips_prefix="clips/1",
        )
        (folder / "video.mp4").rename(Path(out) / f"{level.name}.mp4")


if __name__ == "__main__":
    main(*sys.argv[1:])
