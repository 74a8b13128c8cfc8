"""What a stage costs, held against what docs/operations.md says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Environment
from aws_cdk.assertions import Template

from functions.catalogue import read_limits
from infra.application import add_stacks
from infra.price_list import OURS, PRODUCTS, UnknownPrice, read_price_list
from infra.pricing import Bill, idle_month, read_usage, thousand_videos
from infra.standing import UnknownResource
from infra.walking import UnknownWay, walk

ROOT = Path(__file__).parents[3]
STAGES = ("dev", "staging", "prod")
DAY = date(2026, 11, 22)
TOLERATED = Decimal("0.1")
"""So much may a number change before docs/operations.md has to say so."""

SMALL: dict[str, Any] = {
    "Resources": {
        "Database": {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {"DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20", "StorageType": "gp3"},
        },
        "Proxy": {"Type": "AWS::RDS::DBProxy", "Properties": {}},
        "Key": {"Type": "AWS::SecretsManager::Secret"},
        "Tick": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": "rate(5 minutes)",
                "Targets": [{"Arn": {"Fn::GetAtt": ["Tend", "Arn"]}}],
            },
        },
        "Tend": {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 512}},
        "Bucket": {"Type": "AWS::S3::Bucket"},
    }
}


def small(**more: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Resources": {**SMALL["Resources"], **more}}]


def lines(bill: Bill) -> dict[str, Decimal]:
    return {line.what: line.usd for line in bill.lines}


def idle(**more: dict[str, Any]) -> dict[str, Decimal]:
    return lines(idle_month(small(**more), read_price_list(DAY)))


def test_an_idle_month_is_the_sum_of_what_stands_there() -> None:
    found = idle()
    assert found.pop("calls by a clock") == Decimal(8760) * (
        Decimal("0.05") * Decimal("0.0000166667") + Decimal("0.0000002")
    )
    assert found == {
        "Postgres, db.t4g.micro": Decimal("11.680"),
        "Postgres, GB of disk": Decimal("2.300"),
        "RDS Proxy, vCPUs": Decimal("21.900"),
        "secret": Decimal("0.40"),
    }


@pytest.mark.parametrize(
    ("resource", "usd"),
    [
        ({"Type": "AWS::EC2::NatGateway"}, "32.85"),
        ({"Type": "AWS::EC2::EIP"}, "3.65"),
        ({"Type": "AWS::KMS::Key"}, "1"),
        ({"Type": "AWS::CloudWatch::Dashboard"}, "3"),
        ({"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "Errors"}}, "0.1"),
        (
            {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {"Metrics": [{"Expression": "a + b"}, {"MetricStat": {}}, {"MetricStat": {}}]},
            },
            "0.2",
        ),
        ({"Type": "AWS::WAFv2::WebACL", "Properties": {"Rules": [{}, {}, {}]}}, "8"),
        (
            {
                "Type": "AWS::EC2::VPCEndpoint",
                "Properties": {"VpcEndpointType": "Interface", "SubnetIds": ["a", "b"]},
            },
            "14.6",
        ),
        ({"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcEndpointType": "Gateway"}}, "0"),
        ({"Type": "AWS::Route53::HostedZone"}, "0.5"),
        ({"Type": "AWS::Cognito::UserPoolClient", "Properties": {"AllowedOAuthFlows": ["code"]}}, "0"),
        (
            {
                "Type": "AWS::Cognito::UserPoolClient",
                "Properties": {"AllowedOAuthFlows": ["client_credentials"]},
            },
            "6",
        ),
        (
            {
                "Type": "AWS::EC2::Instance",
                "Properties": {
                    "InstanceType": "t4g.nano",
                    "NetworkInterfaces": [{"AssociatePublicIpAddress": True}],
                },
            },
            "7.356",
        ),
        ({"Type": "Custom::Whatever"}, "0"),
    ],
)
def test_what_one_thing_more_costs_a_month(resource: dict[str, Any], usd: str) -> None:
    assert sum(idle(More=resource).values()) - sum(idle().values()) == Decimal(usd)


def test_two_zones_cost_twice() -> None:
    properties = SMALL["Resources"]["Database"]["Properties"]
    found = idle(Database={"Type": "AWS::RDS::DBInstance", "Properties": {**properties, "MultiAZ": True}})
    assert found["Postgres, db.t4g.micro"] == 2 * idle()["Postgres, db.t4g.micro"]
    assert found["Postgres, GB of disk"] == 2 * idle()["Postgres, GB of disk"]


def test_aurora_costs_its_least_units_and_the_proxy_eight() -> None:
    cluster = {"ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5}}
    found = idle(
        Database={"Type": "AWS::RDS::DBInstance", "Properties": {"DBInstanceClass": "db.serverless"}},
        Cluster={"Type": "AWS::RDS::DBCluster", "Properties": cluster},
    )
    assert found["Aurora's least units"] == Decimal("43.8")
    assert found["RDS Proxy, units"] == Decimal("87.6")


@pytest.mark.parametrize(
    "resource",
    [
        {"Type": "AWS::MSK::Cluster"},
        {"Type": "AWS::Lambda::Alias", "Properties": {"ProvisionedConcurrencyConfig": {}}},
        {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "cron(0 3 * * ? *)"}},
        {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {"DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20", "StorageType": "io2"},
        },
    ],
)
def test_what_nobody_has_priced_is_refused(resource: dict[str, Any]) -> None:
    with pytest.raises(UnknownResource):
        idle(More=resource)


def test_an_instance_without_a_price_is_refused() -> None:
    with pytest.raises(UnknownPrice, match="rds_instance_hour"):
        idle(Database={
            "Type": "AWS::RDS::DBInstance",
            "Properties": {"DBInstanceClass": "db.x9.huge", "AllocatedStorage": "20", "StorageType": "gp3"},
        })  # fmt: skip


def test_no_price_stands_twice() -> None:
    """A figure of the product's file under one of ours with the same meaning would drift away from it."""
    ours, product = read_price_list(DAY).tables, read_price_list(DAY).product
    names = {name for table in ours.values() if isinstance(table, dict) for name in table}
    assert not names & set(product)
    assert not re.search(
        r"lambda|step_functions|s3_put|s3_get\b|cloudfront_gb", OURS.read_text().split("[[aws]]")[1]
    )
    assert PRODUCTS.is_file()


def test_the_day_chooses_the_prices_and_a_day_before_all_has_none() -> None:
    with pytest.raises(UnknownPrice):
        read_price_list(date(2020, 1, 1))


def test_the_pipelines_way_is_counted_from_its_definition() -> None:
    definition = json.loads((ROOT / "functions" / "pipeline.asl.json").read_text())
    way = walk(definition, {"record": 3, "encode": 4})
    assert way.calls == {
        "check_page": 1, "script": 1, "voice": 1, "plan": 1, "record": 3, "encode": 4, "compose": 1,
        "host": 1,
    }  # fmt: skip
    # begin and end; prepare and its two; two choices; voice, plan; the maps and theirs; compose, host, ready
    assert way.transitions == 2 + 3 + 2 + 2 + (1 + 3) + (1 + 4) + 3


@pytest.mark.parametrize(
    "states",
    [
        {"a": {"Type": "Pass", "Next": "a"}},
        {"a": {"Type": "Fail"}},
        {"a": {"Type": "Map", "ItemProcessor": {}, "End": True}},
        {"a": {"Type": "Task", "Resource": "arn:aws:lambda:x", "End": True}},
    ],
)
def test_a_machine_that_cant_be_walked_is_refused(states: dict[str, Any]) -> None:
    with pytest.raises(UnknownWay):
        walk({"StartAt": "a", "States": states}, {})


def test_a_videos_seconds_are_priced_at_the_memory_of_its_functions() -> None:
    bill = lines(thousand_videos(small(), "cold", read_price_list(DAY)))
    # 4 s and 0.9 s for each second of film
    memory_gb = Decimal(read_limits()["record"].memory_mb) / 1024
    assert bill["Lambda: record, GB-seconds"] == Decimal(58) * 1000 * memory_gb * Decimal("0.0000166667")
    assert bill["Step Functions, transitions"] == _transitions("cold") * Decimal("0.000025")


def _transitions(kind: str) -> int:
    usage = read_usage()
    definition = json.loads((ROOT / "functions" / "pipeline.asl.json").read_text())
    lengths = {"record": int(usage[kind]["scenes"]), "encode": int(usage[kind]["shots"])}
    return walk(definition, lengths).transitions * 1000 + int(usage["batch"]["rounds"]) * 3


def test_more_memory_and_more_seconds_cost_more() -> None:
    limits = read_limits()
    twice = {"memory_mb": 2 * limits["record"].memory_mb}
    doubled = {**limits, "record": limits["record"].model_copy(update=twice)}
    before = lines(thousand_videos(small(), "cold", read_price_list(DAY)))
    after = lines(thousand_videos(small(), "cold", read_price_list(DAY), limits=doubled))
    assert after["Lambda: record, GB-seconds"] == 2 * before["Lambda: record, GB-seconds"]


def test_on_arm_the_functions_cost_less() -> None:
    arm = {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 512, "Architectures": ["arm64"]}}
    prices = read_price_list(DAY)
    dear, cheap = (
        lines(thousand_videos(small(**more), "cold", prices))["Lambda: record, GB-seconds"]
        for more in ({}, {"Tend": arm})
    )
    assert cheap / dear == Decimal("0.0000133334") / Decimal("0.0000166667")


def test_a_backup_of_the_bucket_and_the_nat_gateway_cost_by_what_goes_there() -> None:
    nothing = lines(thousand_videos(small(), "shared", read_price_list(DAY)))
    more = small(Plan={"Type": "AWS::Backup::BackupPlan"}, Nat={"Type": "AWS::EC2::NatGateway"})
    both = lines(thousand_videos(more, "shared", read_price_list(DAY)))
    assert set(both) - set(nothing) == {"backup of S3, GB for a month", "through the NAT gateway, GB"}


def test_a_table_adds_up() -> None:
    bill = idle_month(small(), read_price_list(DAY))
    table = bill.table().splitlines()
    assert table[-1] == "| **together** | | **36.29** |"
    assert table[2].startswith("| RDS Proxy, vCPUs | 2 | 21.90 |")


# What docs/operations.md says


def said(stage: str) -> dict[str, Decimal]:
    """The row of a stage in the table of costs: idle, shared, cold."""
    text = (ROOT / "docs" / "operations.md").read_text()
    [row] = re.findall(rf"^\| {stage} \| \$([\d.]+) \| \$([\d.]+) \| \$([\d.]+) \|", text, re.MULTILINE)
    return dict(zip(("idle", "shared", "cold"), map(Decimal, row), strict=True))


def stale(said: Decimal, is_: Decimal) -> bool:
    return abs(is_ - said) >= said * TOLERATED


def test_a_tenth_more_or_less_has_to_be_said() -> None:
    assert stale(Decimal(100), Decimal(110)) and stale(Decimal(100), Decimal(90))
    assert not stale(Decimal(100), Decimal(109)) and not stale(Decimal(100), Decimal(91))


@pytest.fixture
def synthesised(tmp_path: Path) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    """Both stacks of a stage, with empty folders in the place of what `make build` makes."""
    for part in ("code", "layer"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "empty").touch()
    context = json.loads((ROOT / "cdk.json").read_text())["context"]

    def synth(stage: str) -> list[dict[str, Any]]:
        app = App(context={**context, "stage": stage}, analytics_reporting=False)
        where = Environment(account="111111111111", region="us-east-1")
        _, *stacks = add_stacks(app, where, tmp_path)
        return [dict(Template.from_stack(stack).to_json()) for stack in stacks]

    yield synth


@pytest.mark.parametrize("stage", STAGES)
def test_operations_say_what_each_stage_costs(
    stage: str, synthesised: Callable[[str], list[dict[str, Any]]]
) -> None:
    templates, prices = synthesised(stage), read_price_list()
    bills = {
        "idle": idle_month(templates, prices).usd,
        "shared": thousand_videos(templates, "shared", prices).usd,
        "cold": thousand_videos(templates, "cold", prices).usd,
    }
    wrong = {kind: f"${usd:.2f}" for kind, usd in bills.items() if stale(said(stage)[kind], usd)}
    assert not wrong, f"docs/operations.md says otherwise of {stage}: {wrong}"
