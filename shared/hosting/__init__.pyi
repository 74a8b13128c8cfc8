from .assets import NoPlayer, find_player, publish_assets
from .manager import Hosted, HostingRefused, VideoHostManager
from .pages import (
    CONTENT_SECURITY_POLICY,
    EMBED_CONTENT_SECURITY_POLICY,
    Download,
    SharePage,
    not_found_page,
)
from .reserving import new_slug, reserve_hosted

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "EMBED_CONTENT_SECURITY_POLICY",
    "Download",
    "Hosted",
    "HostingRefused",
    "NoPlayer",
    "SharePage",
    "VideoHostManager",
    "find_player",
    "new_slug",
    "not_found_page",
    "publish_assets",
    "reserve_hosted",
]
