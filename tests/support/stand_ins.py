"""What a construct is given, in its plainest form: functions, machines, queues, a database, in a stack."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from aws_cdk import App, Environment, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from functions.catalogue import read_limits
from infra.stages import SIZES, Name, Stage

MACHINES = ("batch", "composition", "hosting", "pipeline", "recording", "script", "voiceover")


def stage(name: Name = "prod", **more: Any) -> Stage:
    return replace(Stage(name=name, size=SIZES[name], region="us-east-1"), **more)


@dataclass(frozen=True)
class StandIns:
    """A stack and what stands in it."""

    app: App
    stack: Stack
    functions: dict[str, lambda_.Function]
    log_groups: dict[str, logs.LogGroup]
    machines: dict[str, sfn.StateMachine]
    api: apigatewayv2.HttpApi
    queues: dict[str, sqs.Queue]
    database: rds.DatabaseInstance | rds.DatabaseCluster
    distribution: cloudfront.Distribution
    content: s3.Bucket

    def watched(self) -> dict[str, Any]:
        """Arguments of Watching, but the stage."""
        left_out = ("app", "stack", "content")
        return {key: value for key, value in vars(self).items() if key not in left_out}


def stand_ins(stage: Stage) -> StandIns:
    app = App(analytics_reporting=False)
    stack = Stack(app, stage.prefix, env=Environment(account="111111111111", region=stage.region))
    log_groups: dict[str, logs.LogGroup] = {}
    functions: dict[str, lambda_.Function] = {}
    limits = read_limits()
    for name in limits:
        log_groups[name] = logs.LogGroup(stack, f"{name}-log", log_group_name=f"/aws/lambda/{name}")
        functions[name] = lambda_.Function(
            stack,
            name,
            runtime=lambda_.Runtime.PYTHON_3_12,
            handler="index.handler",
            code=lambda_.Code.from_inline("def handler(event, context): ..."),
            log_group=log_groups[name],
        )
    machines = {
        name: sfn.StateMachine(
            stack,
            f"{name}-machine",
            definition_body=sfn.DefinitionBody.from_string(
                '{"StartAt": "end", "States": {"end": {"Type": "Succeed"}}}'
            ),
        )
        for name in MACHINES
    }
    content = s3.Bucket(stack, "content", versioned=True)
    return StandIns(
        app=app,
        stack=stack,
        functions=functions,
        log_groups=log_groups,
        machines=machines,
        api=apigatewayv2.HttpApi(stack, "api-gateway"),
        queues={name: sqs.Queue(stack, f"{name}-failed") for name, each in limits.items() if each.unattended},
        database=_database(stack, stage),
        distribution=cloudfront.Distribution(
            stack,
            "distribution",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(content)
            ),
        ),
        content=content,
    )


def _database(stack: Stack, stage: Stage) -> rds.DatabaseInstance | rds.DatabaseCluster:
    vpc = ec2.Vpc(stack, "vpc", max_azs=2, nat_gateways=1)
    if stage.database == "aurora":
        return rds.DatabaseCluster(
            stack,
            "database",
            engine=rds.DatabaseClusterEngine.aurora_postgres(
                version=rds.AuroraPostgresEngineVersion.VER_17_9
            ),
            vpc=vpc,
            writer=rds.ClusterInstance.serverless_v2("writer"),
        )
    return rds.DatabaseInstance(
        stack,
        "database",
        engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17_9),
        instance_type=ec2.InstanceType(stage.size.instance),
        vpc=vpc,
    )
