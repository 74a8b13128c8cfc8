"""The routes, a module for each kind of resource; the order here is that of the documentation."""

from functions.api.routes import (
    audit,
    composed,
    costs,
    demo_sites,
    health,
    hosted,
    leads,
    machine_clients,
    orders,
    pages,
    recordings,
    scripts,
    video_actions,
    videos,
    voiceovers,
    webhooks,
    workspace,
)

ROUTERS = (
    orders.router,
    recordings.router,  # before videos, which would take `recordings` for an id
    scripts.router,
    voiceovers.router,
    composed.router,
    hosted.router,
    videos.router,
    video_actions.router,
    leads.router,
    demo_sites.router,
    costs.router,
    webhooks.router,
    workspace.router,
    machine_clients.router,
    audit.router,
    health.router,
    pages.router,
)
