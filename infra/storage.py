"""Buckets: what the product keeps and shows, the single-page application, and who asked for what."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.stages import Stage

CACHES = {"clips/": 90, "sounds/": 90, "logs/views/": 14}
"""Prefixes whose objects are made again when they are missing, and after how many days they go."""


class Buckets(Construct):
    """content: everything of the product, by prefix; it tells EventBridge. site: the SPA. logs: requests."""

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        kept = stage.size.is_kept
        self._policy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if kept else RemovalPolicy.DESTROY
        self._empties = not kept
        self.logs = self._bucket(
            "Logs",
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(stage.size.log_days))],
        )
        self.content = self._bucket(
            "Content",
            versioned=True,
            server_access_logs_bucket=self.logs,
            server_access_logs_prefix="content/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                    noncurrent_version_expiration=Duration.days(max(stage.size.backup_days, 1)),
                    expired_object_delete_marker=True,
                ),
                *(
                    s3.LifecycleRule(
                        prefix=prefix,
                        expiration=Duration.days(days),
                        noncurrent_version_expiration=Duration.days(1),
                    )
                    for prefix, days in CACHES.items()
                ),
            ],
        )
        plain = self.content.node.default_child
        assert isinstance(plain, s3.CfnBucket)
        plain.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )
        self.site = self._bucket(
            "Site",
            versioned=True,
            server_access_logs_bucket=self.logs,
            server_access_logs_prefix="site/",
            lifecycle_rules=[s3.LifecycleRule(noncurrent_version_expiration=Duration.days(30))],
        )

    def _bucket(self, name: str, **more: object) -> s3.Bucket:
        return s3.Bucket(
            self,
            name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            removal_policy=self._policy,
            auto_delete_objects=self._empties,
            **more,  # type: ignore[arg-type]
        )
