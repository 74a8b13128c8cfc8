"""Videos: asking for one, seeing how far it is, and what became of it."""

from shared.videos.asking import VideoRequest, create_video
from shared.videos.failing import fail_video, read_failure
from shared.videos.watching import StepState, VideoState, read_video

__all__ = [
    "StepState",
    "VideoRequest",
    "VideoState",
    "create_video",
    "fail_video",
    "read_failure",
    "read_video",
]
