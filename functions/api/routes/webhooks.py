"""Webhooks, and the log of what they were told."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from functions.api.parameters import Id, IdempotencyKey, IfMatch, IfNoneMatch, page_of
from functions.api.problems import problem_answers
from functions.api.signing_in import Manager
from shared.database.paging import Asked, Page
from shared.values import Value
from shared.webhooks import (
    DeliveryDetails,
    DeliveryEvent,
    DeliveryState,
    DeliveryStatus,
    WebhookChanges,
    WebhookFields,
    WebhookState,
    add_webhook,
    change_webhook,
    delete_webhook,
    list_deliveries,
    list_webhooks,
    ping_webhook,
    read_delivery,
    read_webhook,
    replay_delivery,
    rotate_secret,
)
from shared.webhooks.deliveries import SORTABLE as DELIVERIES_SORTABLE
from shared.webhooks.keeping import SORTABLE

PATH = "/api/v1/webhooks"
router = APIRouter(prefix=PATH, tags=["webhooks"], responses=problem_answers(401, 403, 422, 503))
PageAsked = Annotated[Asked, Depends(page_of(SORTABLE))]
DeliveriesAsked = Annotated[Asked, Depends(page_of(DELIVERIES_SORTABLE))]


@router.post(
    "",
    operation_id="addWebhook",
    status_code=201,
    response_model=WebhookState,
    responses=problem_answers(409),
)
def add(call: Manager, fields: WebhookFields, idempotency_key: IdempotencyKey = None) -> Response:
    """Have events sent to an address. The secret that signs them is said once, here."""
    return call.add(
        lambda session: add_webhook(session, call.workspace_id, fields, call.tools.settings),
        fields,
        lambda webhook: f"{PATH}/{webhook.id}",
        secret=True,
    )


@router.get("", operation_id="listWebhooks", response_model=Page[WebhookState])
def all_of_them(call: Manager, asked: PageAsked, if_none_match: IfNoneMatch = None) -> Response:
    """List webhooks."""
    with call.session() as session:
        return call.list(list_webhooks(session, asked))


@router.get(
    "/{webhook_id:id}", operation_id="getWebhook", response_model=WebhookState, responses=problem_answers(404)
)
def one(call: Manager, webhook_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a webhook."""
    with call.session() as session:
        return call.show(read_webhook(session, webhook_id))


@router.patch(
    "/{webhook_id:id}",
    operation_id="changeWebhook",
    response_model=WebhookState,
    responses=problem_answers(404, 412),
)
def change(call: Manager, webhook_id: Id, changes: WebhookChanges, if_match: IfMatch = None) -> Response:
    """Change fields of a webhook, or enable it again; fields that are left out stay."""
    return call.change(
        lambda session: read_webhook(session, webhook_id, lock=True),
        lambda session: change_webhook(session, webhook_id, changes, call.tools.settings),
        changes,
        f"{PATH}/{webhook_id}",
    )


@router.delete(
    "/{webhook_id:id}", operation_id="deleteWebhook", status_code=204, responses=problem_answers(404, 412)
)
def delete(call: Manager, webhook_id: Id, if_match: IfMatch = None) -> Response:
    """Delete a webhook and the log of its deliveries; what is still to be sent is not."""
    return call.delete(
        lambda session: read_webhook(session, webhook_id, lock=True),
        lambda session: delete_webhook(session, webhook_id),
        f"{PATH}/{webhook_id}",
    )


@router.post(
    "/{webhook_id:id}/rotate-secret",
    operation_id="rotateWebhookSecret",
    status_code=201,
    response_model=WebhookState,
    responses=problem_answers(404, 409),
)
def rotate(call: Manager, webhook_id: Id, idempotency_key: IdempotencyKey = None) -> Response:
    """Make a new secret, said once, here; for 24 hours the one before it signs as well."""
    return call.add(
        lambda session: rotate_secret(session, webhook_id, call.tools.settings),
        Value(),
        lambda webhook: f"{PATH}/{webhook.id}",
        secret=True,
    )


@router.post(
    "/{webhook_id:id}/test",
    operation_id="testWebhook",
    status_code=202,
    response_model=DeliveryState,
    responses=problem_answers(404, 409),
)
def test(call: Manager, webhook_id: Id, idempotency_key: IdempotencyKey = None) -> Response:
    """Send the webhook a `ping`; its delivery tells what came of it."""
    return call.add(
        lambda session: ping_webhook(session, call.workspace_id, webhook_id), Value(), _place, status=202
    )


@router.get(
    "/{webhook_id:id}/deliveries",
    operation_id="listWebhookDeliveries",
    response_model=Page[DeliveryState],
    responses=problem_answers(404),
)
def deliveries(
    call: Manager,
    webhook_id: Id,
    asked: DeliveriesAsked,
    status: DeliveryStatus | None = None,
    event: DeliveryEvent | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List what a webhook was told, or is to be told, the newest first unless asked otherwise."""
    with call.session() as session:
        return call.list(list_deliveries(session, webhook_id, asked, status=status, event=event))


@router.get(
    "/{webhook_id:id}/deliveries/{delivery_id:id}",
    operation_id="getWebhookDelivery",
    response_model=DeliveryDetails,
    responses=problem_answers(404),
)
def delivery(call: Manager, webhook_id: Id, delivery_id: Id, if_none_match: IfNoneMatch = None) -> Response:
    """Show a delivery: what was sent, and each attempt with what was answered."""
    with call.session() as session:
        return call.show(read_delivery(session, webhook_id, delivery_id))


@router.post(
    "/{webhook_id:id}/deliveries/{delivery_id:id}/replay",
    operation_id="replayWebhookDelivery",
    status_code=202,
    response_model=DeliveryState,
    responses=problem_answers(404, 409),
)
def replay(
    call: Manager, webhook_id: Id, delivery_id: Id, idempotency_key: IdempotencyKey = None
) -> Response:
    """Send an event again, at once and with the same id, whatever became of it."""
    return call.add(
        lambda session: replay_delivery(session, webhook_id, delivery_id), Value(), _place, status=202
    )


def _place(state: DeliveryState) -> str:
    return f"{PATH}/{state.webhook_id}/deliveries/{state.id}"
