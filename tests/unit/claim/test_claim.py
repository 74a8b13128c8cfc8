"""The user pool's question before it makes a token, in AWS's documented form, through the handler.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from functions.claim.handler import handler
from local.issuer.signing import APP_CLIENT, Signer
from local.product import Product
from shared.accounts import GROUPS_CLAIM, TokenVerifier

CONTEXT: Any = None
GROUPS = {"groupsToOverride": ["owner"], "iamRolesToOverride": [], "preferredRole": None}


def asked(trigger: str = "TokenGeneration_HostedAuth", **attributes: str) -> dict[str, Any]:
    return {
        "version": "2",
        "triggerSource": trigger,
        "region": "eu-central-1",
        "userPoolId": "eu-central-1_EXAMPLE",
        "userName": "ana",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "1example23456789"},
        "request": {
            "userAttributes": {
                "sub": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
                "cognito:user_status": "CONFIRMED",
                "email_verified": "true",
                "email": "ana@example.com",
                **attributes,
            },
            "groupConfiguration": GROUPS,
            "scopes": ["openid", "email"],
        },
        "response": {"claimsAndScopeOverrideDetails": None},
    }


def workspace(number: str) -> dict[str, str]:
    return {"custom:workspace_id": number}


@pytest.mark.parametrize(
    "trigger",
    ["HostedAuth", "Authentication", "NewPasswordChallenge", "AuthenticateDevice", "RefreshTokens"],
)
def test_a_persons_token_says_their_workspace(trigger: str) -> None:
    event = asked(f"TokenGeneration_{trigger}", **workspace("12"))
    before = copy.deepcopy(event)
    answer = json.loads(json.dumps(handler(event, CONTEXT)))
    assert answer.pop("response") == {
        "claimsAndScopeOverrideDetails": {
            "accessTokenGeneration": {"claimsToAddOrOverride": {"workspace_id": "12"}},
            "groupOverrideDetails": GROUPS,
        }
    }
    before.pop("response")
    assert answer == before


@pytest.mark.parametrize("number", ["", "0x1", "-1", "1.5", "one", "1" * 10, "١"])
def test_what_is_no_workspace_is_not_said(number: str) -> None:
    event = asked(**workspace(number))
    before = copy.deepcopy(event)
    assert handler(event, CONTEXT) == before


def test_a_person_without_a_workspace_signs_in_without_one() -> None:
    event = asked()
    before = copy.deepcopy(event)
    assert handler(event, CONTEXT) == before


def test_a_machine_has_none_whatever_it_says() -> None:
    event = asked("TokenGeneration_ClientCredentials", **workspace("12"))
    before = copy.deepcopy(event)
    assert handler(event, CONTEXT) == before
    del event["request"]["userAttributes"]
    assert handler(event, CONTEXT)["response"] == before["response"]


def test_what_a_client_says_of_itself_is_not_believed() -> None:
    event = asked()
    event["request"]["clientMetadata"] = {"workspace_id": "7", **workspace("7")}
    assert "7" not in json.dumps(handler(event, CONTEXT)["response"])


def test_the_verifier_reads_what_the_token_then_says(tmp_path: Path) -> None:
    told = handler(asked(**workspace("12")), CONTEXT)["response"]["claimsAndScopeOverrideDetails"]
    signer = Signer(tmp_path)
    token = signer._sign(
        {
            "sub": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
            "username": "ana",
            "client_id": APP_CLIENT,
            GROUPS_CLAIM: told["groupOverrideDetails"]["groupsToOverride"],
            **told["accessTokenGeneration"]["claimsToAddOrOverride"],
        },
        60,
    )
    keys = {key["kid"]: key for key in signer.keys["keys"]}
    claims = TokenVerifier(signer.issuer, [APP_CLIENT], _Known(keys)).verify(token)
    assert (claims.workspace_id, claims.groups) == (12, ("owner",))


class _Known:
    """The port `Keys`."""

    def __init__(self, keys: dict[str, Any]) -> None:
        self._keys = keys

    def find(self, key_id: str) -> Any:
        return self._keys.get(key_id)


def test_one_machine_knows_it_and_the_user_pool_waits_no_longer_than_it_may_take() -> None:
    functions, _ = Product().read()
    claim = functions["claim"].limits
    assert (
        claim.timeout_seconds <= 5
    )  # https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html
    assert (claim.database, claim.states, claim.secrets) == (False, (), ())
