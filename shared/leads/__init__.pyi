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
from .several import LeadRow, RowError, WrongRows, add_leads, leads_of

__all__ = [
    "HasVideos",
    "LeadChanges",
    "LeadFields",
    "LeadRow",
    "LeadState",
    "NoSuchLead",
    "RowError",
    "WrongRows",
    "add_lead",
    "add_leads",
    "change_lead",
    "delete_lead",
    "find_lead",
    "leads_of",
    "list_leads",
    "read_lead",
]
