from .announcing import DeliveryEvent, EventType, announce
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
from .pruning import is_a_delivery_old, prune_deliveries

__all__ = [
    "DeliveryDetails",
    "DeliveryEvent",
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
    "is_a_delivery_old",
    "is_due",
    "list_deliveries",
    "list_webhooks",
    "ping_webhook",
    "prune_deliveries",
    "read_delivery",
    "read_webhook",
    "replay_delivery",
    "rotate_secret",
]
