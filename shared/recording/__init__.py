"""Films pages and cards: deterministic, frame by frame, in a browser that can reach nothing but the web.

What needs the browser's libraries is imported when it is first asked for: who plans scenes has none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shared.recording.faults import PageFault
from shared.recording.job import (
    FRAMES,
    JOB,
    PAGE_IMAGE,
    PROGRESS,
    RESULT,
    BilledTo,
    Card,
    Hold,
    PageJob,
    PageReport,
    Progress,
    SceneJob,
    SceneResult,
    Scroll,
    Tour,
    TourStep,
    Viewport,
    Work,
)
from shared.recording.tour import default_tour

if TYPE_CHECKING:
    from shared.recording.check import check_page
    from shared.recording.chromium import NoBrowser, find_chromium
    from shared.recording.recorder import RecordingConfig, RecordingResult, ScreenRecorder
    from shared.recording.scene import film_scene

_LATER = {
    "NoBrowser": "chromium",
    "RecordingConfig": "recorder",
    "RecordingResult": "recorder",
    "ScreenRecorder": "recorder",
    "check_page": "check",
    "film_scene": "scene",
    "find_chromium": "chromium",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)


__all__ = [
    "FRAMES",
    "JOB",
    "PAGE_IMAGE",
    "PROGRESS",
    "RESULT",
    "BilledTo",
    "Card",
    "Hold",
    "NoBrowser",
    "PageFault",
    "PageJob",
    "PageReport",
    "Progress",
    "RecordingConfig",
    "RecordingResult",
    "SceneJob",
    "SceneResult",
    "ScreenRecorder",
    "Scroll",
    "Tour",
    "TourStep",
    "Viewport",
    "Work",
    "check_page",
    "default_tour",
    "film_scene",
    "find_chromium",
]
