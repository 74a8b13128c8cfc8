from .keeping import (
    HasVideos,
    LeadChanges,
    LeadFields,
    LeadState,
    NoSuchLead,
    add_lead,
    change_lead,
    delete_lead,
    find_lead,
    list_leads,
    read_lead,
)

__all__ = [
    "HasVideos",
    "LeadChanges",
    "LeadFields",
    "LeadState",
    "NoSuchLead",
    "add_lead",
    "change_lead",
    "delete_lead",
    "find_lead",
    "list_leads",
    "read_lead",
]
