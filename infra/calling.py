"""Who calls the functions that nobody waits for: the clock, storage's events, and the logs of the others."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Aws, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_logs_destinations as destinations
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.stages import Stage

EVERY = {"deliver": Duration.minutes(1), "mail": Duration.minutes(1), "tend": Duration.minutes(5)}
VIEW_LOGS = "logs/views/"
CLAIMS = logs.FilterPattern.any_term("REPORT RequestId", "platform.report", "function_request_id")
"""What Lambda bills, and our own line that says for which video it was."""


class Calling(Construct):
    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        functions: Mapping[str, lambda_.Function],
        log_groups: Mapping[str, logs.LogGroup],
        queues: Mapping[str, sqs.Queue],
        content: s3.IBucket,
    ) -> None:
        super().__init__(scope, name)

        def call(function: str) -> targets.LambdaFunction:
            return targets.LambdaFunction(
                functions[function],
                dead_letter_queue=queues[function],
                max_event_age=Duration.hours(2),
                retry_attempts=3,
            )

        for function, often in EVERY.items():
            events.Rule(
                self,
                function.title(),
                rule_name=f"{stage.prefix}-{function}",
                schedule=events.Schedule.rate(often),
                targets=[call(function)],
            )
        events.Rule(
            self,
            "Views",
            rule_name=f"{stage.prefix}-ingest-views",
            description="A log of requests has come",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [content.bucket_name]},
                    "object": {"key": [{"prefix": VIEW_LOGS}]},
                },
            ),
            targets=[call("ingest_views")],
        )
        allowed = lambda_.CfnPermission(
            self,
            "Logs",
            action="lambda:InvokeFunction",
            function_name=functions["ingest_costs"].function_name,
            principal="logs.amazonaws.com",
            source_arn=f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}"
            f":log-group:/aws/lambda/{stage.prefix}-*:*",
        )
        for function, group in log_groups.items():
            if function == "ingest_costs":  # its own would call it for ever
                continue
            made = logs.SubscriptionFilter(
                self,
                f"Costs-{function}",
                log_group=group,
                destination=destinations.LambdaDestination(functions["ingest_costs"], add_permissions=False),
                filter_pattern=CLAIMS,
                filter_name="reports",
            )
            made.node.add_dependency(allowed)  # CloudWatch tries the call when it makes a filter
