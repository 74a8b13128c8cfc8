from .asking import VideoRequest, WrongRequest, create_video
from .deleting import StillMaking, delete_video
from .demo_sites import (
    DemoSiteFields,
    DemoSiteState,
    add_demo_site,
    change_demo_site,
    read_demo_site,
)
from .failing import Failure, fail_video, read_failure
from .watching import UNENDED, StepState, VideoState, read_video

__all__ = [
    "UNENDED",
    "DemoSiteFields",
    "DemoSiteState",
    "Failure",
    "StepState",
    "StillMaking",
    "VideoRequest",
    "VideoState",
    "WrongRequest",
    "add_demo_site",
    "change_demo_site",
    "create_video",
    "delete_video",
    "fail_video",
    "read_demo_site",
    "read_failure",
    "read_video",
]
