from .manager import Hosted, HostingRefused, VideoHostManager
from .pages import (
    CONTENT_SECURITY_POLICY,
    EMBED_CONTENT_SECURITY_POLICY,
    SharePage,
    not_found_page,
)

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "EMBED_CONTENT_SECURITY_POLICY",
    "Hosted",
    "HostingRefused",
    "SharePage",
    "VideoHostManager",
    "not_found_page",
]
