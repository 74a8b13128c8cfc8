"""The composer on frames that are there, in a process of its own: every level, sound and captions.

    python -m bench.composing.ours STORAGE TIMELINE OUT QUALITY

What it makes goes into the folder OUT; one video a level. Nothing of it was made before.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.composing.levels import LEVELS
from shared.composition import Timeline, compose
from shared.media.presets import EncoderSettings, Quality
from shared.settings import read_settings
from shared.storage import FileStorage


def main(storage: str, timeline: str, out: str, quality: Quality) -> None:
    plan = Timeline.model_validate_json(Path(timeline).read_bytes())
    encoder = EncoderSettings.from_settings(read_settings(), quality)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    heights = tuple(level.height for level in LEVELS)
    made = compose(
        plan.model_copy(update={"encoder": encoder, "heights": heights}),
        FileStorage(Path(storage)),
        folder,
        workspace_id=1,
    )
    spent = {"certificate_seconds": made.video.certificate.seconds, "vmaf_seconds": made.vmaf_seconds}
    (folder / "spent.json").write_text(json.dumps(spent))


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]
