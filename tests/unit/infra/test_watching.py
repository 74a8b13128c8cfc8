"""What is watched, and that somebody is told."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from infra.watching import TENDED, Watching
from tests.support.stand_ins import StandIns, stage, stand_ins

ROOT = Path(__file__).parents[3]


def watched(name: str = "prod", **more: Any) -> tuple[StandIns, Watching, Template]:
    chosen = stage(name, **more)  # type: ignore[arg-type]
    given = stand_ins(chosen)
    watching = Watching(given.stack, "Watching", stage=chosen, **given.watched())
    return given, watching, Template.from_stack(given.stack)


@cache
def prod() -> tuple[Watching, Template]:
    return watched("prod", alarm_email="night@example.com", budget_usd=200)[1:]


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    """Properties of each alarm, by its name without the stage's prefix."""
    found = template.find_resources("AWS::CloudWatch::Alarm").values()
    return {each["Properties"]["AlarmName"].split("-", 2)[2]: each["Properties"] for each in found}


def test_each_alarm_tells_the_topic_and_says_what_it_means() -> None:
    _, template = prod()
    [topic] = template.find_resources("AWS::SNS::Topic")
    for name, alarm in alarms(template).items():
        assert alarm["AlarmActions"] == [{"Ref": topic}], name
        assert alarm["AlarmDescription"].endswith("What to do: docs/operations.md"), name


def test_operations_say_what_to_do_about_each_alarm_and_of_none_that_is_not() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    section = text.split("## What an alarm means", 1)[1].split("\n## ", 1)[0]
    rows = set(re.findall(r"^\| `([^`]+)`", section, re.MULTILINE))
    instance, aurora = alarms(prod()[1]), alarms(watched("prod", database="aurora")[2])
    kinds = {
        re.sub(r"^(errors|waits|dead-letters|executions)-(?!logged|old)\w+$", r"\1-…", name)
        for name in {**instance, **aurora}
    }
    assert rows == kinds


def test_alarms_cost_what_operations_say() -> None:
    metrics = 0
    for alarm in alarms(prod()[1]).values():
        metrics += sum("MetricStat" in each for each in alarm["Metrics"]) if "Metrics" in alarm else 1
    text = (ROOT / "docs" / "operations.md").read_text()
    assert f"{len(alarms(prod()[1]))} alarms look at {metrics} metrics" in text


def test_functions_under_a_machine_have_no_alarm_of_their_own() -> None:
    names = {name for name in alarms(prod()[1]) if name.startswith("errors-")}
    assert names == {
        "errors-claim", "errors-deliver", "errors-mail", "errors-tend", "errors-ingest_views",
        "errors-ingest_costs", "errors-logged",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "metric", "threshold"),
    [
        ("api-5xx", "5xx", 5),
        ("api-p99", "Latency", 3000),
        ("dead-letters-deliver", "ApproximateNumberOfMessagesVisible", 1),
        ("waits-ingest_views", "AsyncEventAge", 900_000),
        ("database-busy", "CPUUtilization", 80),
        ("database-connections", "DatabaseConnections", 324),
        ("database-storage", "FreeStorageSpace", 1.5 * 1024**3),
        ("spend", "SpendUSD", 20),
        ("errors-logged", "ErrorsLogged", 1),
    ],
)
def test_what_is_too_much(name: str, metric: str, threshold: float) -> None:
    alarm = alarms(prod()[1])[name]
    assert (alarm["MetricName"], alarm["Threshold"]) == (metric, threshold)


def test_what_did_not_happen_is_an_alarm_only_of_the_clock() -> None:
    missing = {name for name, each in alarms(prod()[1]).items() if each["TreatMissingData"] != "notBreaching"}
    assert missing == {"clock"}


def test_aurora_is_watched_by_its_own_measures() -> None:
    found = alarms(watched("prod", database="aurora")[2])
    assert found["database-busy"]["MetricName"] == "ACUUtilization"
    assert found["database-storage"]["MetricName"] == "FreeLocalStorage"
    assert "DBClusterIdentifier" in {each["Name"] for each in found["database-memory"]["Dimensions"]}


def test_the_site_has_an_alarm_where_cloudfront_has_its_metrics() -> None:
    assert "site-5xx" in alarms(prod()[1])
    assert "site-5xx" not in alarms(watched("prod", region="eu-central-1")[2])


def test_the_deeds_of_tending_are_those_that_are_counted() -> None:
    """An alarm can't search for the values of a dimension, so they are named."""
    written = "".join((ROOT / "shared" / room / "tending.py").read_text() for room in ("videos", "batches"))
    deeds = set(re.findall(r"Deed = Literal\[(.*?)\]", written)[0].replace('"', "").split(", "))
    assert deeds | set(re.findall(r'done\["(\w+)"\]', written)) == set(TENDED)
    looked_at = [
        each["MetricStat"] for each in alarms(prod()[1])["tended"]["Metrics"] if "MetricStat" in each
    ]
    assert {each["Metric"]["Dimensions"][0]["Value"] for each in looked_at} == set(TENDED)


def test_what_is_counted_is_in_its_stages_namespace() -> None:
    template = prod()[1]
    for filter_ in template.find_resources("AWS::Logs::MetricFilter").values():
        [transformation] = filter_["Properties"]["MetricTransformations"]
        assert transformation["MetricNamespace"] == "leadreel-prod"
        assert filter_["Properties"]["FilterPattern"] == '{ ($.level = "ERROR") || ($.level = "CRITICAL") }'
    assert {
        each["Namespace"] for name, each in alarms(template).items() if name in ("spend", "errors-logged")
    } == {"leadreel-prod"}


def test_every_log_is_looked_at_for_errors() -> None:
    given, _, template = watched()
    groups = {json.dumps(given.stack.resolve(each.log_group_name)) for each in given.log_groups.values()}
    filters = template.find_resources("AWS::Logs::MetricFilter").values()
    assert {json.dumps(each["Properties"]["LogGroupName"]) for each in filters} == groups
    for query in template.find_resources("AWS::Logs::QueryDefinition").values():
        assert {json.dumps(each) for each in query["Properties"]["LogGroupNames"]} == groups


def test_the_query_of_errors_groups_by_message_and_shows_request_ids() -> None:
    prod()[1].has_resource_properties(
        "AWS::Logs::QueryDefinition",
        {
            "Name": "leadreel-prod/errors by message",
            "QueryString": Match.string_like_regexp(r"latest\(request\) as latest_request[\s\S]*by what"),
        },
    )


def test_the_topic_is_sealed_takes_tls_only_and_only_from_services_of_this_account() -> None:
    template = prod()[1]
    template.has_resource_properties("AWS::SNS::Topic", {"KmsMasterKeyId": Match.any_value()})
    template.has_resource_properties("AWS::KMS::Key", {"EnableKeyRotation": True})
    [policy] = template.find_resources("AWS::SNS::TopicPolicy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    [refused] = [each for each in statements if each["Effect"] == "Deny"]
    assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    for allowed in (each for each in statements if each["Effect"] == "Allow"):
        assert allowed["Principal"]["Service"].endswith(".amazonaws.com")
        if allowed["Principal"]["Service"] != "events.amazonaws.com":  # which sends no account along
            assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}


def test_alarms_and_the_budget_write_to_whom_the_stage_names() -> None:
    template = prod()[1]
    template.has_resource_properties(
        "AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": "night@example.com"}
    )
    [budget] = template.find_resources("AWS::Budgets::Budget").values()
    assert budget["Properties"]["Budget"]["BudgetLimit"] == {"Amount": 200, "Unit": "USD"}
    notices = budget["Properties"]["NotificationsWithSubscribers"]
    assert [
        (each["Notification"]["NotificationType"], each["Notification"]["Threshold"]) for each in notices
    ] == [("FORECASTED", 80), ("ACTUAL", 100)]
    told = [{"Address": "night@example.com", "SubscriptionType": "EMAIL"}]
    assert all(each["Subscribers"] == told for each in notices)


def test_without_an_address_the_budget_tells_the_topic() -> None:
    template = watched("dev")[2]
    assert template.find_resources("AWS::SNS::Subscription") == {}
    template.has_resource_properties(
        "AWS::Budgets::Budget",
        {
            "NotificationsWithSubscribers": Match.array_with(
                [Match.object_like({"Subscribers": [Match.object_like({"SubscriptionType": "SNS"})]})]
            )
        },
    )


def test_a_night_without_backup_is_told() -> None:
    prod()[1].has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {
                "source": ["aws.backup"],
                "detail-type": ["Backup Job State Change"],
                "detail": {
                    "state": ["FAILED", "EXPIRED", "ABORTED"],
                    "backupVaultName": [{"prefix": "leadreel-prod-"}],
                },
            }
        },
    )


def test_the_dashboard_asks_five_questions_after_what_to_do_first() -> None:
    given, _, template = watched()
    [board] = template.find_resources("AWS::CloudWatch::Dashboard").values()
    parts = board["Properties"]["DashboardBody"]["Fn::Join"][1]
    widgets = json.loads("".join(part if isinstance(part, str) else "token" for part in parts))["widgets"]
    texts = [each["properties"]["markdown"] for each in widgets if each["type"] == "text"]
    assert texts[0].startswith("# leadreel-prod\n**1.**")
    assert [each.removeprefix("## ") for each in texts[1:]] == [
        "Is it up?", "Is it slow?", "What failed?", "What does it cost?", "What waits?"
    ]  # fmt: skip
    assert len(widgets) <= 24
    [shown] = [each for each in widgets if each["type"] == "alarm"]
    assert len(shown["properties"]["alarms"]) == len(alarms(template))
