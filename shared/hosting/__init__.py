"""Hosting: a finished video gets a share page, a player for other sites, and an address."""

from shared.hosting.manager import Hosted, HostingRefused, VideoHostManager
from shared.hosting.pages import (
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
