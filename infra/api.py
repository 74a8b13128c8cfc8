"""The HTTP API before the function `api`: tokens are looked at twice, and versions change step by step."""

from __future__ import annotations

import json

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.identity import Identity
from infra.network import kept
from infra.stages import Stage

LOGGED = {
    "request_id": "$context.requestId",
    "address": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "error": "$context.error.message",
    "refused": "$context.authorizer.error",
}
SIGNED_IN = "/api/v1/{proxy+}"
METHODS = [getattr(gateway.HttpMethod, name) for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")]


class Api(Construct):
    """gateway: the HTTP API. alias: what takes traffic.

    Its routes come with `serve`, since the function knows the site's address, and the site this API's.
    """

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        self._stage = stage
        self.gateway = gateway.HttpApi(
            self,
            "Gateway",
            api_name=stage.prefix,
            description="Leadreel's API, reached through CloudFront only",
            create_default_stage=False,
        )

    def serve(self, function: lambda_.Function, identity: Identity) -> None:
        """Hand requests to this function, those under /api/v1 only with a token of this pool."""
        stage = self._stage
        self.alias = lambda_.Alias(self, "Live", alias_name="live", version=function.current_version)
        minute = Duration.minutes(1)
        signs = {  # a 500 of the function's own is a success to Lambda
            "fails": (self.alias.metric_errors(period=minute, statistic="Sum"), 2),
            "answers-5xx": (self.gateway.metric_server_error(period=minute, statistic="Sum"), 1),
        }
        alarms = [
            metric.create_alarm(
                self,
                f"NewVersion{sign.title()}",
                alarm_name=f"{stage.prefix}-api-new-version-{sign}",
                alarm_description=f"The API's new version {sign}: the deployment goes back by itself",
                threshold=3,
                evaluation_periods=minutes,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            for sign, (metric, minutes) in signs.items()
        ]
        codedeploy.LambdaDeploymentGroup(
            self,
            "Deployment",
            alias=self.alias,
            deployment_group_name=f"{stage.prefix}-api",
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES
            if stage.size.is_kept
            else codedeploy.LambdaDeploymentConfig.ALL_AT_ONCE,
            alarms=alarms,
            auto_rollback=codedeploy.AutoRollbackConfig(failed_deployment=True, deployment_in_alarm=True),
        )
        target = integrations.HttpLambdaIntegration(
            "Function", self.alias, payload_format_version=gateway.PayloadFormatVersion.VERSION_2_0
        )
        authorizer = authorizers.HttpJwtAuthorizer(
            "People",
            identity.issuer,
            jwt_audience=[
                client.user_pool_client_id for client in (identity.people, *identity.programs.values())
            ],
        )
        self.gateway.add_routes(path=SIGNED_IN, methods=METHODS, integration=target, authorizer=authorizer)
        self.gateway.add_routes(  # browsers ask before they send a token
            path=SIGNED_IN, methods=[gateway.HttpMethod.OPTIONS], integration=target
        )
        gateway.HttpRoute(
            self, "Rest", http_api=self.gateway, route_key=gateway.HttpRouteKey.DEFAULT, integration=target
        )
        self._open_stage()

    def _open_stage(self) -> None:
        group = logs.LogGroup(
            self,
            "Requests",
            log_group_name=f"/aws/vendedlogs/api/{self._stage.prefix}",
            retention=kept(self._stage.size.log_days),
            removal_policy=RemovalPolicy.DESTROY,
        )
        opened = gateway.HttpStage(
            self,
            "Stage",
            http_api=self.gateway,
            stage_name="$default",
            auto_deploy=True,
            throttle=gateway.ThrottleSettings(rate_limit=500, burst_limit=1000),
        )
        plain = opened.node.default_child
        assert isinstance(plain, gateway.CfnStage)
        plain.access_log_settings = gateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=group.log_group_arn, format=json.dumps(LOGGED)
        )
