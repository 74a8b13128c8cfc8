"""What each stage promises, clause by clause: protection, buckets, network, secrets, people, logs, tags."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from functions.catalogue import read_limits
from tests.support.stacks import FAR, Synthesised


class Promised(NamedTuple):
    """log_days, version_days: how long logs, and what was overwritten, are kept. nat: gateways, instances.

    reserved: concurrency of their own. owner: the first one's address.
    """

    is_kept: bool
    log_days: int
    version_days: int
    nat: tuple[int, int]
    reserved: dict[str, int]
    owner: str | None


STAGES = {
    "dev": Promised(False, 7, 1, (0, 1), {}, None),
    "staging": Promised(False, 30, 7, (1, 0), {}, None),
    "prod": Promised(
        True,
        90,
        35,
        (2, 0),
        {"api": 100, "record": 200, "encode": 200, "check_page": 50, "claim": 20},
        "ana@acme.example",
    ),
}
UNRESERVED = 100
"""Of an account's 1,000 executions, Lambda lets nobody reserve the last hundred."""
HOLD_DATA = (
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::Cognito::UserPool",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
)
WHOSE_OWN = (
    "CustomS3AutoDeleteObjects",
    "CustomCrossRegionExport",
    "AWSCDKTriggerCustomResourceProvider",
)
"""Functions of the CDK's own, with their roles, which it makes without tags: they have the stack's."""


@pytest.fixture
def promised(stacks: Synthesised) -> Promised:
    return STAGES[stacks.stage]


def only(stacks: Synthesised, kind: str, beginning: str = "") -> dict[str, Any]:
    """Properties of the one resource of a kind whose logical id begins so."""
    (found,) = (one for name, one in stacks.of(kind).items() if name.startswith(beginning))
    properties: dict[str, Any] = found["Properties"]
    return properties


def test_a_stage_that_is_kept_can_not_be_deleted_and_another_can(
    stacks: Synthesised, promised: Promised
) -> None:
    protected = {how["properties"]["terminationProtection"] for how in stacks.assembly.values()}
    assert protected == {promised.is_kept}
    servers = stacks.of("AWS::RDS::DBCluster") or stacks.of("AWS::RDS::DBInstance")
    assert [one["Properties"]["DeletionProtection"] for one in servers.values()] == [promised.is_kept]
    pool = only(stacks, "AWS::Cognito::UserPool")
    assert pool["DeletionProtection"] == ("ACTIVE" if promised.is_kept else "INACTIVE")
    if not promised.is_kept:
        assert {one["DeletionPolicy"] for kind in HOLD_DATA for one in stacks.of(kind).values()} == {"Delete"}
        emptied = stacks.of("Custom::S3AutoDeleteObjects").values()
        assert {one["Properties"]["BucketName"]["Ref"] for one in emptied} == set(
            stacks.of("AWS::S3::Bucket")
        )


def test_functions_have_their_tmp_their_traces_and_the_concurrency_that_is_theirs(
    stacks: Synthesised, promised: Promised
) -> None:
    reserved = {}
    for name, limits in read_limits().items():
        made = stacks.functions[name]
        assert made["EphemeralStorage"] == {"Size": limits.disk_mb}, name
        assert made["TracingConfig"] == {"Mode": "Active"}, name
        if "ReservedConcurrentExecutions" in made:
            reserved[name] = made["ReservedConcurrentExecutions"]
    assert reserved == promised.reserved
    assert sum(reserved.values()) <= 1_000 - UNRESERVED
    for machine in stacks.of("AWS::StepFunctions::StateMachine").values():
        assert machine["Properties"]["TracingConfiguration"] == {"Enabled": True}


@pytest.mark.parametrize(
    ("bucket", "is_versioned", "tells", "logged_as"),
    [("Content", True, True, "content/"), ("Site", True, False, "site/"), ("Logs", False, False, None)],
)
def test_a_bucket_has_versions_events_and_a_log_and_is_encrypted(
    stacks: Synthesised, bucket: str, is_versioned: bool, tells: bool, logged_as: str | None
) -> None:
    made = only(stacks, "AWS::S3::Bucket", f"Buckets{bucket}")
    assert made.get("VersioningConfiguration") == ({"Status": "Enabled"} if is_versioned else None)
    assert made.get("NotificationConfiguration") == (
        {"EventBridgeConfiguration": {"EventBridgeEnabled": True}} if tells else None
    )
    assert made.get("LoggingConfiguration", {}).get("LogFilePrefix") == logged_as
    (encryption,) = made["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_a_bucket_is_taken_by_tls_of_today_alone(stacks: Synthesised) -> None:
    for name in stacks.of("AWS::S3::Bucket"):
        (policy,) = (
            one["Properties"]["PolicyDocument"]
            for one in stacks.of("AWS::S3::BucketPolicy").values()
            if one["Properties"]["Bucket"] == {"Ref": name}
        )
        whole = [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Join": ["", [{"Fn::GetAtt": [name, "Arn"]}, "/*"]]}]
        for condition in (
            {"Bool": {"aws:SecureTransport": "false"}},
            {"NumericLessThan": {"s3:TlsVersion": 1.2}},
        ):
            assert {
                "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*",
                "Resource": whole, "Condition": condition,
            } in policy["Statement"], name  # fmt: skip


def test_a_bucket_keeps_nothing_for_ever_that_can_be_made_again(
    stacks: Synthesised, promised: Promised
) -> None:
    def lives(bucket: str) -> dict[str, tuple[int | None, int | None]]:
        """Days of what is there, and of what was overwritten or deleted, by prefix."""
        rules = only(stacks, "AWS::S3::Bucket", f"Buckets{bucket}")["LifecycleConfiguration"]["Rules"]
        assert {rule["Status"] for rule in rules} == {"Enabled"}
        return {
            rule.get("Prefix", ""): (
                rule.get("ExpirationInDays"),
                rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"),
            )
            for rule in rules
        }

    assert lives("Content") == {
        "": (None, promised.version_days),
        "clips/": (90, 1),
        "sounds/": (90, 1),
        "logs/views/": (14, 1),
    }
    assert lives("Site") == {"": (None, 30)}
    assert lives("Logs") == {"": (promised.log_days, None)}
    first = only(stacks, "AWS::S3::Bucket", "BucketsContent")["LifecycleConfiguration"]["Rules"][0]
    assert first["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}


def test_both_passwords_of_postgres_change_by_themselves(stacks: Synthesised) -> None:
    schedules = [one["Properties"] for one in stacks.of("AWS::SecretsManager::RotationSchedule").values()]
    of = {one["SecretId"]["Ref"] for one in schedules}
    assert of == set(stacks.of("AWS::SecretsManager::SecretTargetAttachment"))
    assert len(of) == len(schedules) == 2
    for one in schedules:
        assert one["RotationRules"] == {"ScheduleExpression": "rate(30 days)"}
        assert one["RotationLambdaARN"]["Fn::GetAtt"][0] in stacks.of("AWS::Serverless::Application")


def test_there_are_five_groups_and_the_first_owner_is_in_theirs(
    stacks: Synthesised, promised: Promised
) -> None:
    groups = sorted(
        (one["Properties"] for one in stacks.of("AWS::Cognito::UserPoolGroup").values()),
        key=lambda one: int(one["Precedence"]),
    )
    assert [one["GroupName"] for one in groups] == ["owner", "admin", "member", "finance", "viewer"]
    users = stacks.of("AWS::Cognito::UserPoolUser")
    joined = stacks.of("AWS::Cognito::UserPoolUserToGroupAttachment")
    assert len(users) == len(joined) == (1 if promised.owner else 0)
    for name, user in users.items():
        told = user["Properties"]
        assert {one["Name"]: one["Value"] for one in told["UserAttributes"]} == {
            "email": promised.owner, "email_verified": "true", "custom:workspace_id": "1",
        }  # fmt: skip
        assert (told["Username"], told["DesiredDeliveryMediums"]) == (promised.owner, ["EMAIL"])
        (one,) = joined.values()
        assert (one["Properties"]["Username"], one["Properties"]["GroupName"]) == ({"Ref": name}, "owner")
        assert set(stacks.of("AWS::Cognito::UserPoolGroup")) <= set(one["DependsOn"])


def test_the_network_has_one_way_out_a_free_one_to_s3_and_logs_what_it_refuses(
    stacks: Synthesised, promised: Promised
) -> None:
    ways = len(stacks.of("AWS::EC2::NatGateway")), len(stacks.of("AWS::EC2::Instance"))
    assert ways == promised.nat
    endpoint = only(stacks, "AWS::EC2::VPCEndpoint")
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert endpoint["ServiceName"]["Fn::Join"][1][-1] == ".s3"
    inside = {name for name in stacks.of("AWS::EC2::RouteTable") if "VpcfunctionsSubnet" in name}
    assert len(inside) == 2
    assert inside <= {one["Ref"] for one in endpoint["RouteTableIds"]}
    flows = only(stacks, "AWS::EC2::FlowLog")
    assert (flows["TrafficType"], [flows["ResourceId"]["Ref"]]) == ("REJECT", [*stacks.of("AWS::EC2::VPC")])
    log = only(stacks, "AWS::Logs::LogGroup", flows["LogGroupName"]["Ref"])
    assert log["RetentionInDays"] == promised.log_days


def test_what_lambda_bills_is_read_from_every_log_but_the_readers_own(stacks: Synthesised) -> None:
    (reader,) = (
        name
        for name, one in stacks.of("AWS::Lambda::Function").items()
        if one["Properties"].get("FunctionName") == f"leadreel-{stacks.stage}-ingest_costs"
    )
    filters = stacks.of("AWS::Logs::SubscriptionFilter").values()
    logs = {name: made["LoggingConfig"]["LogGroup"]["Ref"] for name, made in stacks.functions.items()}
    assert sorted(one["Properties"]["LogGroupName"]["Ref"] for one in filters) == sorted(
        log for name, log in logs.items() if name != "ingest_costs"
    )
    (allowed,) = (
        name
        for name, one in stacks.of("AWS::Lambda::Permission").items()
        if one["Properties"]["Principal"] == "logs.amazonaws.com"
        and one["Properties"]["FunctionName"] == {"Ref": reader}
    )
    for one in filters:
        assert one["Properties"]["DestinationArn"] == {"Fn::GetAtt": [reader, "Arn"]}
        assert allowed in one["DependsOn"]
        assert "REPORT RequestId" in one["Properties"]["FilterPattern"]


def test_what_cloudfront_looks_for_in_us_east_1_is_there(stacks: Synthesised) -> None:
    """Far from there a third stack delivers its logs."""
    where = {name: how["environment"].rpartition("/")[2] for name, how in stacks.assembly.items()}
    home = where[f"leadreel-{stacks.stage}"]
    assert len(stacks.templates) == (3 if home == FAR else 2)
    for kind in ("AWS::WAFv2::WebACL", "AWS::Logs::DeliverySource", "AWS::Logs::Delivery"):
        assert [where[stack] for stack, _, one in stacks.resources if one["Type"] == kind] == ["us-east-1"]


def test_everything_is_tagged(stacks: Synthesised) -> None:
    wanted = {"app": "leadreel", "stage": stacks.stage, "cost-centre": "leadreel"}
    for how in stacks.assembly.values():
        assert how["properties"]["tags"] == wanted
    untagged = {
        (one["Type"], name)
        for _, name, one in stacks.resources
        if (tags := tags_of(one)) is not None and not tags.items() >= wanted.items()
    }
    assert {name for _, name in untagged if not name.startswith(WHOSE_OWN)} == set()
    assert {kind for kind, _ in untagged} == {"AWS::Lambda::Function", "AWS::IAM::Role"}


def tags_of(one: dict[str, Any]) -> dict[str, str] | None:
    """None if a resource of its kind takes none when it is made."""
    kind, properties = one["Type"], one.get("Properties", {})
    if kind.startswith("Custom::"):
        return None
    if kind == "AWS::Serverless::Application":  # a transform's: there is no schema that says it
        return dict(properties["Tags"])
    how = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema.get("tagging", {})
    if not (how.get("taggable") and how["tagOnCreate"]):
        return None
    tags = properties.get(how["tagProperty"].rpartition("/")[2], {})
    return tags if isinstance(tags, dict) else {each["Key"]: each["Value"] for each in tags}
