"""The routes, a module for each kind of resource; the order here is that of the documentation."""

from functions.api.routes import (
    audit,
    costs,
    demo_sites,
    health,
    leads,
    machine_clients,
    video_actions,
    videos,
    workspace,
)

ROUTERS = (
    videos.router,
    video_actions.router,
    leads.router,
    demo_sites.router,
    costs.router,
    workspace.router,
    machine_clients.router,
    audit.router,
    health.router,
)
