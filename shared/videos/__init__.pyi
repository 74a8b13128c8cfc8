from .asking import VideoRequest, ask_for_video, check_keys, create_video
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
from .ordering.composition import CompositionOrder, order_composition
from .ordering.hosting import HostingOrder, order_hosting
from .ordering.recording import RecordingOrder, RecordingSettings, order_recording
from .ordering.script import ScriptOrder, order_script
from .ordering.voiceover import VoiceoverOrder, order_voiceover
from .pages import WrongRequest, personal_url
from .planning import VideoPlan, plan_for
from .runs import Execution, Operation, execution_of, run_making
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
    "CompositionOrder",
    "DemoSiteChanges",
    "DemoSiteFields",
    "DemoSiteState",
    "Execution",
    "Failure",
    "HostingOrder",
    "Operation",
    "RecordingOrder",
    "RecordingSettings",
    "ScriptOrder",
    "StepState",
    "StillMaking",
    "VideoLine",
    "VideoPlan",
    "VideoRequest",
    "VideoState",
    "VoiceoverOrder",
    "WrongRequest",
    "add_demo_site",
    "ask_for_video",
    "change_demo_site",
    "check_keys",
    "create_video",
    "delete_demo_site",
    "delete_video",
    "execution_of",
    "fail_video",
    "find_video",
    "list_demo_sites",
    "list_videos",
    "order_composition",
    "order_hosting",
    "order_recording",
    "order_script",
    "order_voiceover",
    "personal_url",
    "plan_for",
    "read_demo_site",
    "read_failure",
    "read_video",
    "run_making",
    "video_state",
]
