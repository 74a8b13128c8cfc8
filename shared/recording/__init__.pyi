from .check import check_page
from .chromium import NoBrowser, find_chromium
from .faults import PageFault
from .job import (
    FRAMES,
    JOB,
    PAGE_IMAGE,
    PROGRESS,
    RECORDER_VERSION,
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
from .recorder import RecordingConfig, RecordingResult, ScreenRecorder
from .scene import film_scene
from .tour import default_tour

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
