"""What the user pool puts into access tokens for us.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.accounts.tokens import WORKSPACE_CLAIM, NotSignedIn, workspace_number
from shared.observability import logger

ATTRIBUTE = "custom:workspace_id"
MACHINES = "TokenGeneration_ClientCredentials"


def workspace_claim(trigger: str, attributes: Mapping[str, str]) -> dict[str, str]:
    """The claim by which a person's token says their workspace, as `TokenVerifier` reads it.

    Empty for machine clients, whose workspace is in a table of ours, and for a person without a workspace:
    they sign in, and the API refuses them. trigger: why a token is made. attributes: of the user.
    """
    if trigger == MACHINES:
        return {}
    try:
        number = workspace_number(attributes.get(ATTRIBUTE) or None)
    except NotSignedIn:
        logger().warning("a user's workspace is no number", user=attributes.get("sub"))
        return {}
    return {} if number is None else {WORKSPACE_CLAIM: str(number)}
