from .access import guarded_media, hash_password, hidden, place_of
from .assets import NoPlayer, find_player, publish_assets
from .docs import docs_policy, publish_docs
from .loom import SHARE_URL, LoomUnreachable, LoomVideo, NoLoom, find_loom
from .manager import Guard, Hosted, HostingRefused, VideoHostManager
from .opening import Doorkeeper, Kind, Opened
from .pages import (
    CONTENT_SECURITY_POLICY,
    EMBED_CONTENT_SECURITY_POLICY,
    Download,
    SharePage,
    not_found_page,
)
from .reserving import new_slug, reserve_hosted
from .showing import NothingToShow, show_hosted

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "EMBED_CONTENT_SECURITY_POLICY",
    "SHARE_URL",
    "Doorkeeper",
    "Download",
    "Guard",
    "Hosted",
    "HostingRefused",
    "Kind",
    "LoomUnreachable",
    "LoomVideo",
    "NoLoom",
    "NoPlayer",
    "NothingToShow",
    "Opened",
    "SharePage",
    "VideoHostManager",
    "docs_policy",
    "find_loom",
    "find_player",
    "guarded_media",
    "hash_password",
    "hidden",
    "new_slug",
    "not_found_page",
    "place_of",
    "publish_assets",
    "publish_docs",
    "reserve_hosted",
    "show_hosted",
]
