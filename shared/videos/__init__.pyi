from .asking import VideoRequest, create_video
from .demo_sites import (
    DemoSiteFields,
    DemoSiteState,
    add_demo_site,
    change_demo_site,
    read_demo_site,
)
from .failing import Failure, fail_video, read_failure
from .watching import StepState, VideoState, read_video

__all__ = [
    "DemoSiteFields",
    "DemoSiteState",
    "Failure",
    "StepState",
    "VideoRequest",
    "VideoState",
    "add_demo_site",
    "change_demo_site",
    "create_video",
    "fail_video",
    "read_demo_site",
    "read_failure",
    "read_video",
]
