from .announcing import EventType, announce
from .claiming import is_due
from .deliveries import (
    DeliveryDetails,
    DeliveryState,
    DeliveryStatus,
    list_deliveries,
    ping_webhook,
    read_delivery,
    replay_delivery,
)
from .delivering import deliver_due
from .keeping import (
    WebhookChanges,
    WebhookFields,
    WebhookState,
    add_webhook,
    change_webhook,
    delete_webhook,
    list_webhooks,
    read_webhook,
    rotate_secret,
)

__all__ = [
    "DeliveryDetails",
    "DeliveryState",
    "DeliveryStatus",
    "EventType",
    "WebhookChanges",
    "WebhookFields",
    "WebhookState",
    "add_webhook",
    "announce",
    "change_webhook",
    "delete_webhook",
    "deliver_due",
    "is_due",
    "list_deliveries",
    "list_webhooks",
    "ping_webhook",
    "read_delivery",
    "read_webhook",
    "replay_delivery",
    "rotate_secret",
]
