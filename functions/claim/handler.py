"""Says in people's access tokens which workspace is theirs; the user pool asks before it makes one (V2_0)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.data_classes.cognito_user_pool_event import (
    PreTokenGenerationV2TriggerEvent,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.accounts import workspace_claim


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    asked = PreTokenGenerationV2TriggerEvent(event)
    claim = workspace_claim(asked.trigger_source, asked.request.get("userAttributes") or {})
    if claim:
        told = asked.response.claims_scope_override_details
        told.group_configuration = event["request"].get("groupConfiguration")  # as it is; without, none
        told.access_token_generation.claims_to_add_or_override = claim
    return event
