"""Backups outside of what they are of: the database, and what was given to us and bought, each night."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Aws, Duration, Fn, RemovalPolicy, Validations
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.stages import Stage

LEAST_DAYS = 2
"""A stage that keeps less has Postgres's own backups, and may be thrown away whole."""
POLICIES = (
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "service-role/AWSBackupServiceRolePolicyForRestores",
    "AWSBackupServiceRolePolicyForS3Backup",
    "AWSBackupServiceRolePolicyForS3Restore",
)
WHY_AMAZONS = (
    "AWS Backup's own policies for its service role: what a snapshot or a restore needs changes with the "
    "service, and a copy that lacks an action is noticed at the first restore. Only backup.amazonaws.com may "
    "take the role."
)


class NotVersioned(ValueError):
    """AWS Backup takes a bucket's objects from their versions: without them every night would fail."""


class Backups(Construct):
    """vault, plan: None in a stage that may be thrown away.

    The content bucket is taken whole, since AWS Backup knows no prefixes: settings are rows in Postgres,
    templates, logos and what else was given lie under uploads/, answers that were paid for under answers/ and
    voices/. Caches go along; docs/operations.md says what that costs. After the first night only what changed
    is taken.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        database: rds.DatabaseInstance | rds.DatabaseCluster,
        content: s3.Bucket,
    ) -> None:
        super().__init__(scope, name)
        self.vault: backup.BackupVault | None = None
        self.plan: backup.BackupPlan | None = None
        if stage.size.backup_days < LEAST_DAYS:
            return
        _check_versioned(content)
        self.vault = backup.BackupVault(
            self,
            "Vault",
            # A vault with backups in it can't be deleted, so it outlives its stack; the stack's own id in the
            # name lets the next stack have another.
            backup_vault_name=f"{stage.prefix}-{_of_stack()}",
            removal_policy=RemovalPolicy.RETAIN,
            lock_configuration=backup.LockConfiguration(min_retention=Duration.days(stage.size.backup_days))
            if stage.size.is_kept
            else None,
        )
        self.plan = backup.BackupPlan(
            self,
            "Plan",
            backup_plan_name=stage.prefix,
            backup_vault=self.vault,
            backup_plan_rules=[
                backup.BackupPlanRule(
                    rule_name="nightly",
                    schedule_expression=events.Schedule.cron(hour="3", minute="0"),
                    start_window=Duration.hours(1),
                    completion_window=Duration.hours(6),
                    delete_after=Duration.days(stage.size.backup_days),
                )
            ],
        )
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("backup.amazonaws.com"),
            description="Leadreel: takes backups, and restores them",
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(each) for each in POLICIES],
        )
        Validations.of(role).acknowledge(
            *(
                Acknowledgment(
                    id=f"AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{each}]",
                    reason=WHY_AMAZONS,
                )
                for each in POLICIES
            )
        )
        self.plan.add_selection(
            "Kept",
            backup_selection_name=stage.prefix,
            role=role,
            disable_default_backup_policy=True,  # it stands in the role already
            resources=[
                backup.BackupResource.from_arn(
                    database.cluster_arn
                    if isinstance(database, rds.DatabaseCluster)
                    else database.instance_arn
                ),
                backup.BackupResource.from_arn(content.bucket_arn),
            ],
        )


def _of_stack() -> str:
    """The first eight letters of the stack's own id, which no other stack ever has."""
    return Fn.select(0, Fn.split("-", Fn.select(2, Fn.split("/", Aws.STACK_ID))))


def _check_versioned(content: s3.Bucket) -> None:
    """Raises NotVersioned."""
    plain = content.node.default_child
    assert isinstance(plain, s3.CfnBucket)
    how = plain.versioning_configuration
    if not isinstance(how, s3.CfnBucket.VersioningConfigurationProperty) or how.status != "Enabled":
        raise NotVersioned(f"the bucket {content.node.path} keeps no versions")
