"""What no synthesis refuses and an account would trip over."""

from __future__ import annotations

import re

from tests.support.stacks import ROOT, Synthesised

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
NAMES = ("Name", "LogGroupName", "BucketName")
"""Properties by which nothing else in the account may be called."""


def test_a_new_version_of_the_api_that_fails_or_answers_faults_goes_back(stacks: Synthesised) -> None:
    [group] = [one["Properties"] for one in stacks.of("AWS::CodeDeploy::DeploymentGroup").values()]
    steps = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    assert group["DeploymentConfigName"] == (
        steps if stacks.stage == "prod" else "CodeDeployDefault.LambdaAllAtOnce"
    )
    assert group["AutoRollbackConfiguration"]["Enabled"] is True
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert group["AlarmConfiguration"]["Enabled"] is True
    alarms = stacks.of("AWS::CloudWatch::Alarm")
    watched = [alarms[one["Name"]["Ref"]]["Properties"] for one in group["AlarmConfiguration"]["Alarms"]]
    assert {(one["Namespace"], one["MetricName"], one["Period"]) for one in watched} == {
        ("AWS/Lambda", "Errors", 60),
        ("AWS/ApiGateway", "5xx", 60),  # what the function answered itself is no error of Lambda's
    }
    [api] = stacks.of("AWS::ApiGatewayV2::Api")
    faults = next(one for one in watched if one["MetricName"] == "5xx")
    assert faults["Dimensions"] == [{"Name": "ApiId", "Value": {"Ref": api}}]


def test_no_security_group_lets_everything_out_for_want_of_a_rule(stacks: Synthesised) -> None:
    groups = stacks.of("AWS::EC2::SecurityGroup")
    assert [name for name, one in groups.items() if not one["Properties"].get("SecurityGroupEgress")] == []
    anywhere = {
        one["Properties"]["GroupDescription"]
        for one in groups.values()
        if any(rule["IpProtocol"] == "-1" for rule in one["Properties"]["SecurityGroupEgress"])
    }
    assert anywhere == ({"Security Group for NAT instances"} if stacks.stage == "dev" else set())


def test_operations_name_what_stays_and_is_in_the_way_of_a_new_stage(stacks: Synthesised) -> None:
    kept = {
        one["Properties"][name]
        for template in (stacks.region, stacks.edge)
        for one in template["Resources"].values()
        for name in NAMES
        if one.get("DeletionPolicy", "Delete").startswith("Retain") and name in one.get("Properties", {})
    }
    if stacks.stage != "prod":
        assert kept == set()
        return
    section = OPERATIONS.split("## Throwing a stage away", 1)[1]
    told = set(re.findall(r"`((?:aws-waf-logs-)?leadreel-prod[/\w]*)`", section))
    assert {re.sub(r"/.*", "/", name) for name in kept} == told
