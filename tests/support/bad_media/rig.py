"""Reads bad files as the product does, and tells of each what became of it.

python -m tests.support.bad_media.rig FOLDER: each file is FOLDER/job/CASE/FILE_NAME; an Outcome a line.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from shared.errors import Retryable
from shared.media.files import UnusableMedia
from shared.media.ingest import ingest_clip
from shared.media.logos import make_logo
from shared.media.sounds import ingest_sound
from tests.support.bad_media.bad_clips import CLIPS
from tests.support.bad_media.bad_logos import LOGOS
from tests.support.bad_media.bad_sounds import SOUNDS
from tests.support.bad_media.case import Case

CASES = {case.name: case for case in [*CLIPS, *SOUNDS, *LOGOS]}
LONGEST_SECONDS = 5
_TRIES = 5
_SIDE_BY_SIDE = 3


@dataclass(frozen=True)
class Outcome:
    """refusal: what was said; empty if it was read. left: the files beside the one that was given.

    peak_megabytes: of the largest process so far.
    """

    name: str
    refusal: str
    seconds: float
    peak_megabytes: int
    left: list[str]


def main() -> None:
    jobs = Path(sys.argv[1], "job")
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as readers:
        for outcome in readers.map(lambda case: _outcome(case, jobs / case.name), CASES.values()):
            print(json.dumps(asdict(outcome)), flush=True)


def _outcome(case: Case, folder: Path) -> Outcome:
    refusal = ""
    for _ in range(_TRIES):
        begun = time.monotonic()
        try:
            _read(case, folder)
        except Retryable:
            continue
        except UnusableMedia as error:
            refusal = str(error)
        except Exception as error:
            refusal = f"FAULT {error!r}"
        break
    else:
        refusal = "the machine is too busy"
    return Outcome(
        name=case.name,
        refusal=refusal,
        seconds=round(time.monotonic() - begun, 2),
        peak_megabytes=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        left=sorted(path.name for path in folder.iterdir() if path.name != case.file_name),
    )


def _read(case: Case, folder: Path) -> None:
    path = folder / case.file_name
    if case.kind == "clip":
        read = ingest_clip(
            path, folder / "frames.mkv", width=320, height=180, fps=30, longest_seconds=LONGEST_SECONDS
        )
        assert 0 < read.frame_count <= LONGEST_SECONDS * 30 + 1
    elif case.kind == "sound":
        ingest_sound(path, folder / "sound.wav", longest_seconds=LONGEST_SECONDS)
        samples = np.frombuffer((folder / "sound.wav").read_bytes()[58:], np.float32)
        assert len(samples) and np.isfinite(samples).all()
    else:
        from PIL import Image

        with Image.open(io.BytesIO(make_logo(path))) as logo:
            assert logo.width <= 1200 and logo.height <= 600 and not logo.info


if __name__ == "__main__":
    main()
