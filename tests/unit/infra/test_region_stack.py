"""What the region's stack must hold to, whatever the stage."""

from __future__ import annotations

import json
import re
from typing import Any

from functions.catalogue import read_limits
from shared.secrets import UNSET
from tests.support.stacks import ROOT, Synthesised

VERSION = (ROOT / "layers" / "python" / "version").read_text().strip()
ANYTHING = {
    (
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
    ): "interfaces have no name before they are made",
    ("xray:PutTraceSegments", "xray:PutTelemetryRecords"): "X-Ray has no resources",
}
TAKEN_BY = {
    "api": "API Gateway",
    "claim": "Cognito",
    "migrate": "the deployment",
    "deliver": "a queue",
    "mail": "a queue",
    "tend": "a queue",
    "ingest_views": "a queue",
    "ingest_costs": "a queue",
}
"""Who is told of the failure of a function that no state machine calls."""


def test_every_table_is_a_function_and_every_folder_has_a_table(stacks: Synthesised) -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert set(stacks.functions) == set(read_limits()) == folders


def test_a_function_has_what_its_table_says(stacks: Synthesised) -> None:
    for name, limits in read_limits().items():
        made = stacks.functions[name]
        assert (made["MemorySize"], made["Timeout"]) == (limits.memory_mb, limits.timeout_seconds), name
        assert made["PackageType" if limits.image else "Runtime"] == (
            "Image" if limits.image else f"python{VERSION}"
        )
        assert ("VpcConfig" in made) == limits.database, name
        variables = made["Environment"]["Variables"]
        assert variables["POWERTOOLS_METRICS_NAMESPACE"] == f"leadreel-{stacks.stage}"
        assert ("DATABASE_URL" in variables) == (limits.database and name != "migrate"), name
        assert ("STATE_MACHINE_ARNS" in variables) == bool(limits.states), name
        told = json.dumps(variables.get("SECRET_ARNS", ""))
        assert {key for key in limits.secrets if f"{key}=" in told} == set(secrets_of(stacks, name)), name


def secrets_of(stacks: Synthesised, name: str) -> list[str]:
    paid = stacks.stage == "prod"
    return [
        key
        for key in read_limits()[name].secrets
        if key != "SMTP_PASSWORD" and (paid or not key.endswith("_API_KEY"))  # mail goes by SES there
    ]


def test_logs_are_kept_for_as_long_as_said(stacks: Synthesised) -> None:
    groups = stacks.of("AWS::Logs::LogGroup")
    assert all("RetentionInDays" in one["Properties"] for one in groups.values())
    for name, made in stacks.functions.items():
        group = groups[made["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]
        assert group["LogGroupName"] == f"/aws/lambda/leadreel-{stacks.stage}-{name}"


def test_somebody_is_told_when_a_function_fails(stacks: Synthesised) -> None:
    called = {
        name
        for path in (ROOT / "functions").glob("*.asl.json")
        for name in re.findall(r"\$\{(\w+)\}", path.read_text())
    }
    assert called | set(TAKEN_BY) == set(stacks.functions)
    configs = [one["Properties"] for one in stacks.of("AWS::Lambda::EventInvokeConfig").values()]
    told = {
        name
        for name in stacks.functions
        for one in configs
        if "OnFailure" in one.get("DestinationConfig", {})
        and logical_id(stacks, name) in json.dumps(one["FunctionName"])
    }
    assert {name for name, taker in TAKEN_BY.items() if taker == "a queue"} <= told


def logical_id(stacks: Synthesised, name: str) -> str:
    full = f"leadreel-{stacks.stage}-{name}"
    return next(
        key
        for key, one in stacks.of("AWS::Lambda::Function").items()
        if one["Properties"].get("FunctionName") == full
    )


def test_no_bucket_is_public_or_taken_without_tls(stacks: Synthesised) -> None:
    buckets = stacks.of("AWS::S3::Bucket")
    assert len(buckets) == 3
    refused = [
        statement
        for policy in stacks.of("AWS::S3::BucketPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and "aws:SecureTransport" in json.dumps(statement)
    ]
    assert len(refused) == len(buckets)
    for one in buckets.values():
        assert set(one["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}
        assert "BucketEncryption" in one["Properties"]


def test_a_star_in_a_policy_has_its_reason(stacks: Synthesised) -> None:
    for name in stacks.functions:
        for statement in stacks.statements(name):
            actions = listed(statement["Action"])
            assert all("*" not in action for action in actions), (name, actions)
            if statement["Resource"] == "*":
                assert any(set(known) <= set(actions) for known in ANYTHING), (name, actions)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_who_opens_strangers_pages_reaches_one_prefix_and_no_rows(stacks: Synthesised) -> None:
    for name in ("record", "check_page"):
        made = stacks.functions[name]
        assert "VpcConfig" not in made
        assert not any(key.startswith("DATABASE") for key in made["Environment"]["Variables"])
        allowed = {action for one in stacks.statements(name) for action in listed(one["Action"])}
        assert {action.split(":")[0] for action in allowed} == {"logs", "s3", "secretsmanager", "xray"}
        for statement in stacks.statements(name):
            if any(action.startswith("s3:") for action in listed(statement["Action"])):
                assert set(listed(statement["Action"])) <= {
                    "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload",
                }  # fmt: skip
                assert statement["Resource"]["Fn::Join"][1][-1] == "/recordings/*"


def test_rows_are_reached_by_iam_and_as_the_role_that_owns_nothing(stacks: Synthesised) -> None:
    for name, limits in read_limits().items():
        connects = [one for one in stacks.statements(name) if "rds-db:connect" in listed(one["Action"])]
        assert bool(connects) == (limits.database and name != "migrate"), name
        assert all(one["Resource"]["Fn::Join"][1][-1].endswith("/leadreel_app") for one in connects)
    proxy = next(iter(stacks.of("AWS::RDS::DBProxy").values()))["Properties"]
    assert proxy["RequireTLS"] is True
    assert {one["IAMAuth"] for one in proxy["Auth"]} == {"REQUIRED"}


def test_machines_are_the_files_and_call_functions_that_they_may(stacks: Synthesised) -> None:
    machines = {
        one["Properties"]["StateMachineName"]: one["Properties"]
        for one in stacks.of("AWS::StepFunctions::StateMachine").values()
    }
    paths = {path.name.removesuffix(".asl.json"): path for path in (ROOT / "functions").glob("*.asl.json")}
    assert set(machines) == {f"leadreel-{stacks.stage}-{name}" for name in paths}
    for name, path in paths.items():
        machine = machines[f"leadreel-{stacks.stage}-{name}"]
        assert machine["DefinitionString"] == path.read_text()
        named = set(re.findall(r"\$\{(\w+)\}", path.read_text()))
        wanted = {key: {"Fn::GetAtt": [logical_id(stacks, key), "Arn"]} for key in named}
        assert machine["DefinitionSubstitutions"] == wanted
        role = machine["RoleArn"]["Fn::GetAtt"][0]
        allowed = [
            arn
            for policy in stacks.of("AWS::IAM::Policy").values()
            if {"Ref": role} in policy["Properties"]["Roles"]
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Action"] == "lambda:InvokeFunction"
            for arn in listed(statement["Resource"])
        ]
        assert sorted(map(json.dumps, allowed)) == sorted(map(json.dumps, wanted.values()))


def test_what_holds_data_stays_where_the_stage_is_kept(stacks: Synthesised) -> None:
    kept = stacks.stage == "prod"
    kinds = ("AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::Cognito::UserPool")
    for kind in kinds:
        for one in stacks.of(kind).values():
            wanted = {"RetainExceptOnCreate", "Snapshot"} if kept else {"Delete"}
            if "DBClusterIdentifier" not in one["Properties"] or kind == "AWS::RDS::DBCluster":
                assert one["DeletionPolicy"] in wanted, kind
    servers = [*stacks.of("AWS::RDS::DBInstance").values(), *stacks.of("AWS::RDS::DBCluster").values()]
    if kept:
        assert servers[0]["Properties"]["DeletionProtection"] is True
        assert servers[0]["Properties"]["MultiAZ"] is True


def test_nothing_secret_stands_in_a_template(stacks: Synthesised) -> None:
    for one in stacks.of("AWS::SecretsManager::Secret").values():
        assert one["Properties"].get("SecretString") in (None, UNSET)  # which counts as none
    for made in stacks.functions.values():
        for key, value in made["Environment"]["Variables"].items():
            assert key == "SECRET_ARNS" or not re.search(r"_(KEY|PASSWORD|TOKEN)$", key), key
            assert "{{resolve:secretsmanager" not in json.dumps(value), key


def test_the_api_takes_a_token_and_its_new_version_only_after_the_tables(stacks: Synthesised) -> None:
    routes = {
        one["Properties"]["RouteKey"]: one["Properties"]
        for one in stacks.of("AWS::ApiGatewayV2::Route").values()
    }
    for key, one in routes.items():
        signed_in = "/api/v1/" in key and not key.startswith("OPTIONS")
        assert (one["AuthorizationType"] == "JWT") == signed_in, key
    alias = next(
        one
        for one in stacks.of("AWS::Lambda::Alias").values()
        if logical_id(stacks, "api") in json.dumps(one)
    )
    migrates = next(iter(stacks.of("Custom::Trigger")))
    assert migrates in alias["DependsOn"]


def test_no_new_code_runs_before_the_tables_are_its_own(stacks: Synthesised) -> None:
    migrates = next(iter(stacks.of("Custom::Trigger")))
    resources = stacks.region["Resources"]
    late = [logical_id(stacks, name) for name, limits in read_limits().items() if limits.database]
    late.remove(logical_id(stacks, "migrate"))
    late += stacks.of("AWS::StepFunctions::StateMachine")
    assert [name for name in late if migrates not in resources[name].get("DependsOn", [])] == []


def test_nobody_may_change_the_workspace_that_they_belong_to(stacks: Synthesised) -> None:
    clients = [one["Properties"] for one in stacks.of("AWS::Cognito::UserPoolClient").values()]
    assert {tuple(one["WriteAttributes"]) for one in clients} == {("email", "name")}
    programs = [one for one in clients if one.get("AllowedOAuthFlows") == ["client_credentials"]]
    assert [one["ExplicitAuthFlows"] for one in programs] == [["ALLOW_REFRESH_TOKEN_AUTH"]]


def test_mail_is_from_whom_the_stage_says(stacks: Synthesised) -> None:
    """In a zone of the account the records prove it; else AWS asks the address itself."""
    identities = [one["Properties"]["EmailIdentity"] for one in stacks.of("AWS::SES::EmailIdentity").values()]
    may = [each for each in stacks.statements("mail") if "ses:SendRawEmail" in each["Action"]]
    variables = stacks.functions["mail"]["Environment"]["Variables"]
    assert variables["MAIL_BY_SES"] == "true"
    if stacks.stage == "dev":
        assert (identities, may, "FROM_EMAIL" in variables) == ([], [], False)
        return
    assert identities == [{"staging": "ana@acme.example", "prod": "acme.example"}[stacks.stage]]
    [granted] = may
    assert granted["Condition"] == {"StringEquals": {"ses:FromAddress": "ana@acme.example"}}
    assert "ana@acme.example" in variables["FROM_EMAIL"]
    records = [
        one for one in stacks.of("AWS::Route53::RecordSet").values() if one["Properties"]["Type"] == "CNAME"
    ]
    assert len(records) == (3 if stacks.stage == "prod" else 0)
    others = [stacks.statements(name) for name in stacks.functions if name != "mail"]
    assert "ses:" not in json.dumps(others)


def test_migrate_knows_who_vouches_for_the_database(stacks: Synthesised) -> None:
    assert stacks.functions["migrate"]["Environment"]["Variables"]["DATABASE_CA_FILE"] == "/var/task/rds.pem"
