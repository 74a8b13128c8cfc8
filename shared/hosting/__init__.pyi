from .assets import NoPlayer, find_player, publish_assets
from .docs import docs_policy, publish_docs
from .manager import Hosted, HostingRefused, VideoHostManager
from .pages import (
    CONTENT_SECURITY_POLICY,
    EMBED_CONTENT_SECURITY_POLICY,
    Download,
    SharePage,
    not_found_page,
)

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "EMBED_CONTENT_SECURITY_POLICY",
    "Download",
    "Hosted",
    "HostingRefused",
    "NoPlayer",
    "SharePage",
    "VideoHostManager",
    "docs_policy",
    "find_player",
    "not_found_page",
    "publish_assets",
    "publish_docs",
]
