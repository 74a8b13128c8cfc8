"""Films pages and cards: deterministic, frame by frame, in a browser that can reach nothing but the web."""

from shared.recording.check import check_page
from shared.recording.chromium import NoBrowser, find_chromium
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
from shared.recording.recorder import RecordingConfig, RecordingResult, ScreenRecorder
from shared.recording.scene import RECORDER_VERSION, film_scene
from shared.recording.tour import default_tour

__all__ = [
    "FRAMES",
    "JOB",
    "PAGE_IMAGE",
    "PROGRESS",
    "RECORDER_VERSION",
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
