"""Where CloudFront fetches from: the content bucket, the application's bucket, and the API."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.stages import Stage

ORIGIN_KEY_HEADER = "x-origin-key"
API_SECONDS = 35
"""Longer than API Gateway's own 30, so that its answer arrives."""
SERVED = ("public/*", "guarded/*/media/*")
"""Keys of the content bucket that CloudFront may read."""
NOT_THERE = (403, 404)
"""What S3 answers for a missing object: 403 to whoever may not list the bucket, as CloudFront may not."""


class Origins(Construct):
    """public: what anyone may read. guarded: what lies below /guarded, once its token was looked at.

    pages: as public, site: the application; both ask the API for what is not there.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        content: s3.IBucket,
        site: s3.IBucket,
        api: apigatewayv2.IHttpApi,
        origin_key: secretsmanager.ISecret,
    ) -> None:
        super().__init__(scope, name)
        self._content, self._site = content, site
        control = cloudfront.S3OriginAccessControl(
            self, "Signed", origin_access_control_name=stage.prefix
        ).origin_access_control_id
        stack = Stack.of(self)
        self.api = origins.HttpOrigin(
            f"{api.api_id}.execute-api.{stack.region}.{stack.url_suffix}",
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
            read_timeout=Duration.seconds(API_SECONDS),
            # a reference that CloudFormation resolves, not the secret
            custom_headers={ORIGIN_KEY_HEADER: origin_key.secret_value.unsafe_unwrap()},
        )
        self.public = _bucket(content, control, "/public")
        self.guarded = _bucket(content, control)
        self.pages = self._or_api(self.public)
        self.site = self._or_api(_bucket(site, control))

    def _or_api(self, first: cloudfront.IOrigin) -> cloudfront.IOrigin:
        return origins.OriginGroup(
            primary_origin=first, fallback_origin=self.api, fallback_status_codes=[*NOT_THERE]
        )

    def let_read(self, distribution: cloudfront.Distribution) -> None:
        """Let this distribution, and nothing else, read what it serves of the buckets."""
        for bucket, keys in ((self._content, SERVED), (self._site, ("*",))):
            bucket.add_to_resource_policy(_reading(distribution, bucket, keys))


def _bucket(bucket: s3.IBucket, control: str, path: str | None = None) -> cloudfront.IOrigin:
    """Not `with_origin_access_control`, which lets CloudFront read the whole bucket."""
    return origins.S3BucketOrigin.with_bucket_defaults(
        bucket, origin_access_control_id=control, origin_path=path, connection_timeout=Duration.seconds(5)
    )


def _reading(
    distribution: cloudfront.Distribution, bucket: s3.IBucket, keys: Sequence[str]
) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="LetCloudFrontRead",
        principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
        actions=["s3:GetObject"],
        resources=[bucket.arn_for_objects(key) for key in keys],
        conditions={"StringEquals": {"aws:SourceArn": distribution.distribution_arn}},
    )
