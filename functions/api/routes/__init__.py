"""The routes, a module for each kind of resource; the order here is that of the documentation."""

from functions.api.routes import (
    audit,
    costs,
    demo_sites,
    health,
    leads,
    machine_clients,
    videos,
    webhooks,
)

ROUTERS = (
    videos.router,
    leads.router,
    demo_sites.router,
    costs.router,
    webhooks.router,
    machine_clients.router,
    audit.router,
    health.router,
)
