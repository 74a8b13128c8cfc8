"""The routes, a module for each kind of resource. None is loaded before the first request for its paths."""

from __future__ import annotations

from importlib import import_module

from fastapi import APIRouter

VIDEOS = "/api/v1/videos"
SECTIONS: dict[str, tuple[str, ...]] = {
    f"{VIDEOS}/recordings/start": ("orders",),
    f"{VIDEOS}/scripts/generate": ("orders",),
    f"{VIDEOS}/voiceovers/synthesize": ("orders",),
    f"{VIDEOS}/compose": ("orders",),
    f"{VIDEOS}/host": ("orders",),
    f"{VIDEOS}/recordings": ("recordings",),
    f"{VIDEOS}/scripts": ("scripts",),
    f"{VIDEOS}/voiceovers": ("voiceovers",),
    f"{VIDEOS}/composed": ("composed",),
    f"{VIDEOS}/hosted": ("hosted", "mails"),
    VIDEOS: ("videos", "video_actions"),
    "/api/v1/batches": ("batches",),
    "/api/v1/leads": ("leads",),
    "/api/v1/demo-sites": ("demo_sites",),
    "/api/v1/costs": ("costs",),
    "/api/v1/webhooks": ("webhooks",),
    "/api/v1/workspace": ("workspace",),
    "/api/v1/machine-clients": ("machine_clients",),
    "/api/v1/audit": ("audit",),
    "/health": ("health",),
    "/v": ("pages",),
    "/embed": ("pages",),
    "/unlock": ("pages",),
}
"""The modules whose routes begin with a path, in the order of the documentation."""


def section_of(path: str) -> str | None:
    """The longest beginning of the path that is a section."""
    while path and path not in SECTIONS:
        path = path.rpartition("/")[0]
    return path or None


def router_of(section: str) -> APIRouter:
    """Loads it."""
    return APIRouter(routes=[route for name in SECTIONS[section] for route in _module(name).routes])


def all_routers() -> list[APIRouter]:
    """Loads them all."""
    return [_module(name) for name in dict.fromkeys(name for names in SECTIONS.values() for name in names)]


def _module(name: str) -> APIRouter:
    router: APIRouter = import_module(f"{__name__}.{name}").router
    return router
