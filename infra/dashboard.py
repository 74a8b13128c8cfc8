"""One page that a tired person can read: six rows, a question each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.queries import SHORT_ERRORS
from infra.stages import Stage

MINUTES_5, HOUR, DAY = Duration.minutes(5), Duration.hours(1), Duration.days(1)
THIRD, HEIGHT = 8, 6

FIRST = """\
# {prefix}
**1.** Is a square on the right red? Its name stands in `docs/operations.md`, with what to do.
**2.** Nothing red, but somebody complains: take the request id from their answer (`x-request-id`), and
open Logs Insights, saved query `{prefix}/one request`.
**3.** Money runs away: cancel the batch; if that can't be done, set the concurrency of `{prefix}-voice` and
`{prefix}-script` to 0: nothing is bought any more, and what was bought is kept.
**4.** A deployment was bad: `git revert`, `make deploy STAGE={stage}`. The API goes back by itself."""


class Dashboard(Construct):
    """board: the dashboard, named as the stage's prefix."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        alarms: Sequence[cloudwatch.IAlarm],
        functions: Mapping[str, lambda_.Function],
        log_groups: Mapping[str, logs.ILogGroup],
        machines: Mapping[str, sfn.StateMachine],
        api: apigatewayv2.HttpApi,
        queues: Mapping[str, sqs.Queue],
        database: rds.DatabaseInstance | rds.DatabaseCluster,
        distribution: cloudfront.IDistribution,
        hourly_limit_usd: float,
    ) -> None:
        super().__init__(scope, name)
        self._stage = stage
        pipeline = machines["pipeline"]
        self.board = cloudwatch.Dashboard(
            self, "Board", dashboard_name=stage.prefix, default_interval=Duration.hours(12)
        )
        self.board.add_widgets(
            cloudwatch.TextWidget(
                markdown=FIRST.format(prefix=stage.prefix, stage=stage.name), width=THIRD, height=HEIGHT
            ),
            cloudwatch.AlarmStatusWidget(
                title="Alarms",
                alarms=list(alarms),
                width=2 * THIRD,
                height=HEIGHT,
                sort_by=cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
            ),
        )
        self._row(
            "Is it up?",
            _graph(
                "API: requests, and answers that were our fault",
                [api.metric_count(statistic="Sum", period=MINUTES_5, label="requests")],
                [api.metric_server_error(statistic="Sum", period=MINUTES_5, label="5xx")],
            ),
            _graph(
                "Site: failed requests, %",
                [self._of_site(distribution, "5xxErrorRate"), self._of_site(distribution, "4xxErrorRate")],
                region="us-east-1",
            ),
            _graph(
                "Videos",
                [
                    pipeline.metric_started(statistic="Sum", period=MINUTES_5, label="begun"),
                    pipeline.metric_succeeded(statistic="Sum", period=MINUTES_5, label="ready"),
                    pipeline.metric_failed(statistic="Sum", period=MINUTES_5, label="failed"),
                ],
            ),
        )
        self._row(
            "Is it slow?",
            _graph(
                "API: milliseconds",
                [
                    api.metric_latency(statistic=which, period=MINUTES_5, label=which)
                    for which in ("p50", "p99")
                ],
            ),
            _graph(
                "A video from asking to ready: milliseconds",
                [
                    pipeline.metric_time(statistic=which, period=MINUTES_5, label=which)
                    for which in ("p50", "p95")
                ],
            ),
            _graph(
                "Postgres: CPU %, connections",
                [database.metric_cpu_utilization(period=MINUTES_5, label="CPU %")],
                [database.metric_database_connections(period=MINUTES_5, label="connections")],
            ),
        )
        self._row(
            "What failed?",
            _graph(
                "Executions that failed",
                [
                    machine.metric_failed(statistic="Sum", period=MINUTES_5, label=each)
                    for each, machine in machines.items()
                ],
            ),
            cloudwatch.LogQueryWidget(
                title="Errors by message, with the latest request id",
                log_group_names=[group.log_group_name for group in log_groups.values()],
                query_string=SHORT_ERRORS,
                view=cloudwatch.LogQueryVisualizationType.TABLE,
                width=2 * THIRD,
                height=HEIGHT,
            ),
        )
        self._row(
            "What does it cost?",
            _graph(
                "USD an hour (functions and vendors)",
                [self._own("SpendUSD", HOUR)],
                limits=[cloudwatch.HorizontalAnnotation(value=hourly_limit_usd, label="alarm")],
            ),
            cloudwatch.SingleValueWidget(
                title="USD today", metrics=[self._own("SpendUSD", DAY)], width=THIRD, height=HEIGHT
            ),
            _graph("Vendors that asked us to wait", [self._all_of("VendorRefused", "vendor")]),
        )
        self._row(
            "What waits?",
            _graph(
                "Age of the oldest call, milliseconds",
                [
                    functions[each].metric("AsyncEventAge", statistic="Maximum", period=MINUTES_5, label=each)
                    for each in queues
                    if each in functions
                ],
            ),
            _graph(
                "Given up, in queues",
                [
                    queue.metric_approximate_number_of_messages_visible(
                        statistic="Maximum", period=MINUTES_5, label=each
                    )
                    for each, queue in queues.items()
                ],
            ),
            _graph(
                "Functions at once (the account may 1,000), and refused starts",
                [lambda_.Function.metric_all_concurrent_executions(period=MINUTES_5, label="at once")],
                [lambda_.Function.metric_all_throttles(period=MINUTES_5, label="refused")],
            ),
        )

    def _row(self, question: str, *widgets: cloudwatch.IWidget) -> None:
        self.board.add_widgets(cloudwatch.TextWidget(markdown=f"## {question}", width=24, height=1))
        self.board.add_widgets(*widgets)

    def _own(self, name: str, period: Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace=self._stage.prefix, metric_name=name, statistic="Sum", period=period, label="USD"
        )

    def _all_of(self, name: str, dimension: str) -> cloudwatch.IMetric:
        """One line for each value of the dimension."""
        search = f'{{{self._stage.prefix},{dimension}}} MetricName="{name}"'
        return cloudwatch.MathExpression(
            expression=f"SEARCH('{search}', 'Sum', {MINUTES_5.to_seconds():.0f})", label="", period=MINUTES_5
        )

    @staticmethod
    def _of_site(distribution: cloudfront.IDistribution, name: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/CloudFront",
            metric_name=name,
            dimensions_map={"DistributionId": distribution.distribution_id, "Region": "Global"},
            region="us-east-1",
            statistic="Average",
            period=MINUTES_5,
            label=name.removesuffix("ErrorRate"),
        )


def _graph(
    title: str,
    left: Sequence[cloudwatch.IMetric],
    right: Sequence[cloudwatch.IMetric] = (),
    *,
    region: str | None = None,
    limits: Sequence[cloudwatch.HorizontalAnnotation] = (),
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title,
        left=list(left),
        right=list(right),
        region=region,
        left_annotations=list(limits),
        left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
        width=THIRD,
        height=HEIGHT,
    )
