from .asking import VideoRequest, create_video
from .failing import Failure, fail_video, read_failure
from .watching import StepState, VideoState, read_video

__all__ = [
    "Failure",
    "StepState",
    "VideoRequest",
    "VideoState",
    "create_video",
    "fail_video",
    "read_failure",
    "read_video",
]
