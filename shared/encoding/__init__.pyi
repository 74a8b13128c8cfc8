from .clips import ClipFacts, ClipStore
from .footage import first_picture
from .given import LONGEST_SECONDS, take_in
from .making import make_clips
from .shot import EncodeJob, MediaJob, Shot, clip_prefix, shot_key

__all__ = [
    "LONGEST_SECONDS",
    "ClipFacts",
    "ClipStore",
    "EncodeJob",
    "MediaJob",
    "Shot",
    "clip_prefix",
    "first_picture",
    "make_clips",
    "shot_key",
    "take_in",
]
