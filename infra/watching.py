"""Who watches while nobody looks: alarms, the log's errors, one dashboard, a budget.

docs/operations.md says what each alarm means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.dashboard import Dashboard
from infra.queries import ERRORS_BY_MESSAGE, ONE_REQUEST, SPEND_BY_SOURCE
from infra.stages import Stage

FUNCTIONS = Path(__file__).resolve().parents[1] / "functions"
TENDED = ("started", "ended", "answered", "unreached")
"""The dimension `deed` of the metric Tended: shared/videos/tending.py, shared/batches/tending.py."""
MEMORY_GB = {"t4g.micro": 1, "t4g.small": 2, "t4g.medium": 4}
AURORA_MOST_UNITS = 8  # of 2 GB: infra/database.py
BYTES_A_CONNECTION = 9_531_392  # Postgres on RDS takes memory / this as max_connections
OF_MEMORY = 0.9  # what RDS leaves to Postgres
EXPECTED_FAILURES = 5
"""A page that can't be filmed fails its execution, and is no fault of ours: so many in 15 minutes are."""
HOURS_OF_BUDGET = 10
"""An hour that spends more than the month's budget / this is told: ten such, and the month is spent."""

GB = 1024**3
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
AT_MOST = cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD
NOTHING_IS_WELL = cloudwatch.TreatMissingData.NOT_BREACHING
NOTHING_IS_ILL = cloudwatch.TreatMissingData.BREACHING
MINUTES_5, MINUTES_15, HOUR = Duration.minutes(5), Duration.minutes(15), Duration.hours(1)


class Watching(Construct):
    """topic: where alarms go. alarms: by the name that follows the stage's prefix. dashboard.

    An alarm costs $0.10 a month for each metric that it looks at, so there is one where a person would do
    something else than for the next. A function that a state machine calls has none of its own: the machine
    tries again, and its failed execution is told.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        functions: Mapping[str, lambda_.Function],
        log_groups: Mapping[str, logs.ILogGroup],
        machines: Mapping[str, sfn.StateMachine],
        api: apigatewayv2.HttpApi,
        queues: Mapping[str, sqs.Queue],
        database: rds.DatabaseInstance | rds.DatabaseCluster,
        distribution: cloudfront.IDistribution,
    ) -> None:
        super().__init__(scope, name)
        self.stage = stage
        self.alarms: dict[str, cloudwatch.Alarm] = {}
        self.topic = self._topic()
        self._watch_functions(functions)
        self._watch_logs(log_groups)
        self._watch_api(api, functions["api"])
        self._watch_distribution(distribution)
        self._watch_waiting(functions, queues)
        self._watch_machines(machines)
        self._watch_database(database)
        self._watch_spending()
        self._watch_tending(functions["tend"])
        self._watch_backups()
        self.dashboard = Dashboard(
            self,
            "Dashboard",
            stage=stage,
            alarms=list(self.alarms.values()),
            functions=functions,
            log_groups=log_groups,
            machines=machines,
            api=api,
            queues=queues,
            database=database,
            distribution=distribution,
            hourly_limit_usd=stage.budget_usd / HOURS_OF_BUDGET,
        )

    def own_metric(self, name: str, **dimensions: str) -> cloudwatch.Metric:
        """A metric that the product writes to its log (shared/observability.py), summed."""
        return cloudwatch.Metric(
            namespace=self.stage.prefix,
            metric_name=name,
            dimensions_map=dimensions or None,
            statistic="Sum",
            period=MINUTES_5,
        )

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        meaning: str,
        *,
        periods: int = 1,
        compare: cloudwatch.ComparisonOperator = AT_LEAST,
        missing: cloudwatch.TreatMissingData = NOTHING_IS_WELL,
        few_samples: str | None = None,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self.stage.prefix}-{name}",
            alarm_description=f"{meaning} What to do: docs/operations.md",
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=compare,
            treat_missing_data=missing,
            evaluate_low_sample_count_percentile=few_samples,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        self.alarms[name] = alarm

    def _topic(self) -> sns.Topic:
        """CloudWatch can't write to a topic under Amazon's own key, so it has one of its own ($1 a month)."""
        key = kms.Key(
            self,
            "Key",
            alias=f"{self.stage.prefix}-alarms",
            description="Leadreel: messages of alarms on their way",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,  # nothing is kept under it
            pending_window=Duration.days(7),
        )
        topic = sns.Topic(
            self, "Topic", topic_name=f"{self.stage.prefix}-alarms", master_key=key, enforce_ssl=True
        )
        ours = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        for service, conditions in {
            "cloudwatch": ours,
            "budgets": ours,
            "events": None,  # EventBridge sends no account along: with a condition all is refused
        }.items():
            principal = iam.ServicePrincipal(f"{service}.amazonaws.com")
            topic.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=service.capitalize(),
                    principals=[principal],
                    actions=["sns:Publish"],
                    resources=[topic.topic_arn],
                    conditions=conditions,
                )
            )
            key.add_to_resource_policy(
                iam.PolicyStatement(
                    sid=service.capitalize(),
                    principals=[principal],
                    actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                    resources=["*"],  # of a key's policy: the key itself
                    conditions=conditions,
                )
            )
        if self.stage.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(self.stage.alarm_email))
        return topic

    def _watch_functions(self, functions: Mapping[str, lambda_.Function]) -> None:
        inside = _called_by_machines()
        for name, function in functions.items():
            if name in inside or name in ("api", "migrate"):  # 5xx, and the deployment itself, tell of these
                continue
            self._alarm(
                f"errors-{name}",
                function.metric_errors(period=MINUTES_15, statistic="Sum"),
                3,
                f"{name} failed three times in a quarter of an hour, and no state machine tries it again.",
            )
        self._alarm(
            "throttles",
            lambda_.Function.metric_all_throttles(period=MINUTES_5, statistic="Sum"),
            10,
            "Functions were refused a start: the region's concurrency is used up, by anything here.",
            periods=3,
        )
        self._alarm(
            "throttles-api",
            functions["api"].metric_throttles(period=MINUTES_5, statistic="Sum"),
            1,
            "Requests of people were refused, since the API's function could not start.",
        )

    def _watch_logs(self, log_groups: Mapping[str, logs.ILogGroup]) -> None:
        level = logs.FilterPattern.any(
            logs.FilterPattern.string_value("$.level", "=", "ERROR"),
            logs.FilterPattern.string_value("$.level", "=", "CRITICAL"),
        )
        for name, group in log_groups.items():
            logs.MetricFilter(
                self,
                f"Errors-{name}",
                log_group=group,
                filter_name="errors",
                filter_pattern=level,
                metric_namespace=self.stage.prefix,
                metric_name="ErrorsLogged",
                metric_value="1",
            )
        self._alarm(
            "errors-logged",
            self.own_metric("ErrorsLogged"),
            1,
            "A function logged an error that nobody had foreseen; `errors by message` has request ids.",
        )
        for title, query in {
            "errors by message": ERRORS_BY_MESSAGE,
            "one request": ONE_REQUEST,
            "spend by source": SPEND_BY_SOURCE,
        }.items():
            logs.CfnQueryDefinition(
                self,
                title.title().replace(" ", ""),
                name=f"{self.stage.prefix}/{title}",
                query_string=query,
                log_group_names=[group.log_group_name for group in log_groups.values()],
            )

    def _watch_api(self, api: apigatewayv2.HttpApi, function: lambda_.Function) -> None:
        self._alarm(
            "api-5xx",
            api.metric_server_error(period=MINUTES_5, statistic="Sum"),
            5,
            "The API answered five requests with a fault of ours within five minutes.",
        )
        self._alarm(
            "api-p99",
            api.metric_latency(period=MINUTES_5, statistic="p99"),
            3000,
            "One request in a hundred takes three seconds or more, for a quarter of an hour.",
            periods=3,
            few_samples="ignore",  # a single cold start at night is no one in a hundred
        )

    def _watch_distribution(self, distribution: cloudfront.IDistribution) -> None:
        """CloudFront tells us-east-1 alone, and an alarm looks at its own region.

        Elsewhere the dashboard has it.
        """
        if self.stage.region == "us-east-1":
            self._alarm(
                "site-5xx",
                cloudwatch.Metric(
                    namespace="AWS/CloudFront",
                    metric_name="5xxErrorRate",
                    dimensions_map={"DistributionId": distribution.distribution_id, "Region": "Global"},
                    statistic="Average",
                    period=MINUTES_5,
                ),
                5,
                "One request in twenty to the site fails, pages and media included.",
                periods=3,
            )

    def _watch_waiting(
        self, functions: Mapping[str, lambda_.Function], queues: Mapping[str, sqs.Queue]
    ) -> None:
        for name, queue in queues.items():
            self._alarm(
                f"dead-letters-{name}",
                queue.metric_approximate_number_of_messages_visible(period=MINUTES_5, statistic="Maximum"),
                1,
                f"Work of {name} was given up after all its tries; it lies in the queue.",
            )
            self._alarm(
                f"waits-{name}",
                functions[name].metric("AsyncEventAge", period=MINUTES_5, statistic="Maximum"),
                Duration.minutes(15).to_milliseconds(),
                f"The oldest call of {name} has waited for a quarter of an hour.",
                periods=2,
            )
        if queues:
            self._alarm(
                "dead-letters-old",
                cloudwatch.MathExpression(
                    expression=f"MAX([{', '.join(f'age{n}' for n in range(len(queues)))}])",
                    label="age of the oldest",
                    period=HOUR,
                    using_metrics={
                        f"age{n}": queue.metric_approximate_age_of_oldest_message(
                            period=HOUR, statistic="Maximum"
                        )
                        for n, queue in enumerate(queues.values())
                    },
                ),
                Duration.days(10).to_seconds(),
                "Work that was given up has lain for ten days; the queue throws it away after fourteen.",
            )

    def _watch_machines(self, machines: Mapping[str, sfn.StateMachine]) -> None:
        for name, machine in machines.items():
            self._alarm(
                f"executions-{name}",
                cloudwatch.MathExpression(
                    expression="SUM([failed, timed_out])",
                    label="failed or timed out",
                    period=MINUTES_15,
                    using_metrics={
                        "failed": machine.metric_failed(period=MINUTES_15, statistic="Sum"),
                        "timed_out": machine.metric_timed_out(period=MINUTES_15, statistic="Sum"),
                    },
                ),
                1 if name == "batch" else EXPECTED_FAILURES,
                f"Executions of {name} failed or ran out of time.",
            )

    def _watch_database(self, database: rds.DatabaseInstance | rds.DatabaseCluster) -> None:
        is_aurora = isinstance(database, rds.DatabaseCluster)
        memory_gb = AURORA_MOST_UNITS * 2 if is_aurora else MEMORY_GB[self.stage.size.instance]
        busy, room = (
            (
                database.metric_acu_utilization(period=MINUTES_5, statistic="Average"),
                database.metric("FreeLocalStorage", period=MINUTES_5, statistic="Minimum"),
            )
            if isinstance(database, rds.DatabaseCluster)
            else (
                database.metric_cpu_utilization(period=MINUTES_5, statistic="Average"),
                database.metric_free_storage_space(period=MINUTES_5, statistic="Minimum"),
            )
        )
        self._alarm(
            "database-busy", busy, 90 if is_aurora else 80,
            "Postgres has worked hard for a quarter of an hour.",
            periods=3,
        )  # fmt: skip
        self._alarm(
            "database-storage", room, 1.5 * GB,
            "Postgres runs out of disk: it grows by itself below 2 GB, and did not.",
            periods=3, compare=AT_MOST,
        )  # fmt: skip
        self._alarm(
            "database-connections",
            database.metric_database_connections(period=MINUTES_5, statistic="Maximum"),
            int(0.8 * OF_MEMORY * memory_gb * GB / BYTES_A_CONNECTION),
            "Four fifths of Postgres's connections are in use.",
            periods=3,
        )
        self._alarm(
            "database-memory",
            database.metric_freeable_memory(period=MINUTES_5, statistic="Minimum"),
            0.05 * memory_gb * GB if not is_aurora else 0.05 * 2 * GB,
            "Postgres has less than a twentieth of its memory left.",
            periods=3,
            compare=AT_MOST,
        )

    def _watch_spending(self) -> None:
        limit = self.stage.budget_usd / HOURS_OF_BUDGET
        self._alarm(
            "spend",
            self.own_metric("SpendUSD").with_(period=HOUR),
            limit,
            f"An hour's videos cost ${limit:g} or more, functions and vendors together.",
        )
        notice = budgets.CfnBudget.NotificationWithSubscribersProperty
        subscriber = (
            budgets.CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=self.stage.alarm_email)
            if self.stage.alarm_email
            else budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=self.topic.topic_arn)
        )
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                # of the whole account: a tag counts only once somebody has activated it for billing
                budget_name=self.stage.prefix,
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=self.stage.budget_usd, unit="USD"),
            ),
            notifications_with_subscribers=[
                notice(
                    notification=budgets.CfnBudget.NotificationProperty(
                        notification_type=kind,
                        comparison_operator="GREATER_THAN",
                        threshold=percent,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[subscriber],
                )
                for kind, percent in (("FORECASTED", 80), ("ACTUAL", 100))
            ],
        )

    def _watch_tending(self, tend: lambda_.Function) -> None:
        self._alarm(
            "tended",
            cloudwatch.MathExpression(
                expression=f"SUM([{', '.join(TENDED)}])",
                label="put right",
                period=MINUTES_5,
                using_metrics={deed: self.own_metric("Tended", deed=deed) for deed in TENDED},
            ),
            1,
            "A run or a batch had stood still, since something died at a bad moment; it was put right.",
        )
        self._alarm(
            "clock",
            tend.metric_invocations(period=MINUTES_15, statistic="Sum"),
            1,
            "tend, which is due each five minutes, was not called for half an hour.",
            periods=2,
            compare=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            missing=NOTHING_IS_ILL,
        )

    def _watch_backups(self) -> None:
        """An event, and no alarm: it is free, and one failed night is to be known of."""
        events.Rule(
            self,
            "BackupFailed",
            rule_name=f"{self.stage.prefix}-backup-failed",
            event_pattern=events.EventPattern(
                source=["aws.backup"],
                detail_type=["Backup Job State Change"],
                detail={
                    "state": ["FAILED", "EXPIRED", "ABORTED"],
                    "backupVaultName": events.Match.prefix(f"{self.stage.prefix}-"),
                },
            ),
            targets=[targets.SnsTopic(self.topic)],
        )


def _called_by_machines() -> frozenset[str]:
    """The functions that a state machine calls, by the placeholders in functions/*.asl.json."""
    texts = (path.read_text() for path in FUNCTIONS.glob("*.asl.json"))
    return frozenset(name for text in texts for name in re.findall(r"\$\{(\w+)\}", text))
