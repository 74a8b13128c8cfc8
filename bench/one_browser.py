"""Our recorder with as many browsers as asked for, to see what the second one brings.

python -m bench.one_browser URL SECONDS FILE.mp4 [BROWSERS]
"""

from __future__ import annotations

import asyncio
import sys

from shared.recording import RecordingConfig, ScreenRecorder


def main(url: str, seconds: str, target: str, browsers: str = "1") -> None:
    recorder = ScreenRecorder(RecordingConfig(quality="preview"))
    asyncio.run(recorder.start_recording(url, target, float(seconds), still=True, browsers=int(browsers)))


if __name__ == "__main__":
    main(*sys.argv[1:])
