from .asking import VideoRequest, WrongRequest, ask_for_video, create_video, execution_input
from .deleting import StillMaking, delete_video
from .demo_sites import (
    DemoSiteChanges,
    DemoSiteFields,
    DemoSiteState,
    add_demo_site,
    change_demo_site,
    delete_demo_site,
    list_demo_sites,
    read_demo_site,
)
from .failing import Failure, fail_video, read_failure
from .watching import (
    UNENDED,
    StepState,
    VideoLine,
    VideoState,
    find_video,
    list_videos,
    read_video,
    video_state,
)

__all__ = [
    "UNENDED",
    "DemoSiteChanges",
    "DemoSiteFields",
    "DemoSiteState",
    "Failure",
    "StepState",
    "StillMaking",
    "VideoLine",
    "VideoRequest",
    "VideoState",
    "WrongRequest",
    "add_demo_site",
    "ask_for_video",
    "change_demo_site",
    "create_video",
    "delete_demo_site",
    "delete_video",
    "execution_input",
    "fail_video",
    "find_video",
    "list_demo_sites",
    "list_videos",
    "read_demo_site",
    "read_failure",
    "read_video",
    "video_state",
]
