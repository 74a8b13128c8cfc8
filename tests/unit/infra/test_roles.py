"""What a function's role allows is what its table says, which one machine and the zips' tests hold against
what handlers ask for."""

from __future__ import annotations

import pytest

from functions.catalogue import read_limits
from tests.support.iam import ACCOUNT, REGION, Deployed
from tests.support.stacks import Synthesised

LIMITS = read_limits()
FOLDERS = {"elsewhere"}.union(*({*one.reads, *one.writes, *one.deletes} for one in LIMITS.values()))
STATES = {
    "check": "DescribeStateMachine", "start": "StartExecution", "look": "DescribeExecution",
    "stop": "StopExecution", "answer": "SendTaskSuccess",
}  # fmt: skip
CONTENT = "arn:aws:s3:::content"


@pytest.fixture
def deployed(stacks: Synthesised) -> Deployed:
    bucket = stacks.functions["api"]["Environment"]["Variables"]["AWS_S3_BUCKET"]["Ref"]
    pseudo = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}
    return Deployed(stacks, pseudo | {f"{bucket}.Arn": CONTENT})


@pytest.mark.parametrize("name", LIMITS)
def test_a_role_allows_the_folders_of_its_table(name: str, deployed: Deployed) -> None:
    limits, role = LIMITS[name], deployed.role(name)
    for action, granted in (
        ("s3:GetObject", limits.reads),
        ("s3:PutObject", limits.writes),
        ("s3:DeleteObject", limits.deletes),
    ):
        allowed = {folder for folder in FOLDERS if role.allows(action, f"{CONTENT}/{folder}/1/x")}
        assert allowed == set(granted), action
    assert role.allows("s3:ListBucket", CONTENT) == limits.lists


@pytest.mark.parametrize("name", LIMITS)
def test_a_role_asks_of_our_state_machines_what_its_table_says(name: str, deployed: Deployed) -> None:
    role, stage = deployed.role(name), deployed.stacks.stage
    for where, ours in ((f"leadreel-{stage}-", True), ("leadreel-other-", False)):
        for deed, action in STATES.items():
            kind, rest = ("execution", ":video-7") if deed in ("look", "stop") else ("stateMachine", "")
            arn = f"arn:aws:states:{REGION}:{ACCOUNT}:{kind}:{where}pipeline{rest}"
            assert role.allows(f"states:{action}", arn) == (ours and deed in LIMITS[name].states), arn


@pytest.mark.parametrize("name", LIMITS)
def test_a_role_reads_the_secrets_of_its_table(name: str, deployed: Deployed) -> None:
    """A secret that no vendor has use for in this stage is none."""
    role = deployed.role(name)
    secrets = {
        secret["Properties"]["Name"].rpartition("/")[2]: logical
        for logical, secret in deployed.stacks.of("AWS::SecretsManager::Secret").items()
        if "Name" in secret["Properties"]
    }
    read = {key for key, arn in secrets.items() if role.allows("secretsmanager:GetSecretValue", arn)}
    assert read == set(LIMITS[name].secrets) & set(secrets)
