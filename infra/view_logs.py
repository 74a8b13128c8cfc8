"""CloudFront's access logs (standard logging v2) in the content bucket, where `ingest_views` reads beacons.

What delivers logs of CloudFront has to be in us-east-1, wherever the bucket is:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html#enable-access-logging-api
It names the distribution, so it can't stand in the stack that is made before it. In another region it is
therefore a small stack of its own, made after the region's.
"""

from __future__ import annotations

from typing import cast

from aws_cdk import Environment, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.stages import Stage

EDGE_REGION = "us-east-1"
PREFIX = "logs/views"
FIELDS = (
    "date", "time", "c-ip", "cs-method", "cs-uri-stem", "sc-status", "cs(User-Agent)", "cs-uri-query",
    "x-edge-request-id", "c-country",
)  # fmt: skip
"""As `shared/analytics` reads them; a test compares the two."""
SUFFIX = "{DistributionId}/{yyyy}/{MM}/{dd}"


class ViewLogs(Construct):
    """What delivers. delivery: the resource that begins it, once the bucket lets it write."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        distribution: cloudfront.Distribution,
        content: s3.IBucket,
    ) -> None:
        super().__init__(scope, name)
        source = logs.CfnDeliverySource(
            self,
            "Source",
            name=f"{stage.prefix}-views",
            log_type="ACCESS_LOGS",
            resource_arn=distribution.distribution_arn,
        )
        destination = logs.CfnDeliveryDestination(
            self,
            "Destination",
            name=f"{stage.prefix}-views",
            output_format="json",
            destination_resource_arn=f"{content.bucket_arn}/{PREFIX}",
        )
        self.delivery = logs.CfnDelivery(
            self,
            "Delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.attr_arn,
            record_fields=[*FIELDS],
            s3_suffix_path=SUFFIX,
        )
        self.delivery.add_resource_dependency(source)


def place_view_logs(
    scope: Construct, *, stage: Stage, distribution: cloudfront.Distribution, content: s3.IBucket
) -> Stack:
    """Put the delivery where AWS wants it: into this stack if that is in us-east-1, else into one beside it.

    Returns the stack that it is in.
    """
    home = Stack.of(scope)
    _let_write(home, content)
    if stage.region == EDGE_REGION:
        made = ViewLogs(scope, "ViewLogs", stage=stage, distribution=distribution, content=content)
        if content.policy is not None:
            made.delivery.node.add_dependency(content.policy)
        return home
    stack = Stack(
        cast(Construct, scope.node.root),
        f"{stage.prefix}-views",
        env=Environment(account=home.account, region=EDGE_REGION),
        cross_region_references=True,
        termination_protection=stage.size.is_kept,
        description=f"Leadreel {stage.name}: delivery of CloudFront's access logs",
    )
    ViewLogs(stack, "ViewLogs", stage=stage, distribution=distribution, content=content)
    return stack


def _let_write(home: Stack, content: s3.IBucket) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html"""
    sources = f"arn:{home.partition}:logs:{EDGE_REGION}:{home.account}:delivery-source:*"
    content.add_to_resource_policy(
        iam.PolicyStatement(
            sid="LetCloudFrontsLogsIn",
            principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
            actions=["s3:PutObject"],
            resources=[content.arn_for_objects(f"{PREFIX}/*")],
            conditions={
                "StringEquals": {
                    "s3:x-amz-acl": "bucket-owner-full-control",
                    "aws:SourceAccount": home.account,
                },
                "ArnLike": {"aws:SourceArn": sources},
            },
        )
    )
