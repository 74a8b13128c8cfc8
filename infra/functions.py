"""The functions: each table of functions.toml becomes a Lambda, with what that table says and no more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Aws, Duration, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_ecr_assets import Platform
from constructs import Construct

from functions.catalogue import Limits, read_limits
from infra.network import Network, kept
from infra.secrets import Secrets, let_read
from infra.stages import Stage

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "build"
INTERFACES = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
]
RESERVED = {"api": 100, "record": 200, "encode": 200, "check_page": 50}
"""Of an account's 1,000, where the stage reserves: a batch can't take what answers people."""


class NotBuilt(RuntimeError):
    """The assets of the zip functions are not there."""


class Functions(Construct):
    """by_name: a function by its table's name; log_groups: likewise. queues: of those that nobody waits for.

    built: the folder with the assets of the zip functions, `code` and `layer`.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        network: Network,
        content: s3.IBucket,
        secrets: Secrets,
        environment: Mapping[str, str],
        built: Path,
    ) -> None:
        super().__init__(scope, name)
        self._stage, self._network, self._content, self._secrets = stage, network, content, secrets
        self._environment = {
            "AWS_S3_BUCKET": content.bucket_name,
            "AWS_S3_REGION": stage.region,
            "LEADREEL_HOME": "/tmp/leadreel",  # noqa: S108  the one place where a function may write
            "HOME": "/tmp",  # noqa: S108
            "VENDORS": ",".join(stage.vendors),
            "MAIL_BY_SES": "true",
            **({"FROM_EMAIL": stage.from_email} if stage.from_email else {}),
            "POWERTOOLS_METRICS_NAMESPACE": stage.prefix,  # stages that share an account are counted apart
            **environment,
        }
        self._architecture = (
            lambda_.Architecture.ARM_64 if stage.architecture == "arm64" else lambda_.Architecture.X86_64
        )
        self._code = lambda_.Code.from_asset(str(_part(built, "code")))
        self._layer = lambda_.LayerVersion(
            self,
            "Packages",
            code=lambda_.Code.from_asset(str(_part(built, "layer"))),
            compatible_architectures=[self._architecture],
            compatible_runtimes=[lambda_.Runtime.PYTHON_3_12],
            description="what the zip functions import",
        )
        self.by_name: dict[str, lambda_.Function] = {}
        self.log_groups: dict[str, logs.LogGroup] = {}
        self.queues: dict[str, sqs.Queue] = {}
        for each, limits in read_limits().items():
            self.by_name[each] = self._function(each, limits)

    def with_database(self) -> list[lambda_.Function]:
        return [self.by_name[name] for name, limits in read_limits().items() if limits.database]

    def _function(self, name: str, limits: Limits) -> lambda_.Function:
        stage, parts = self._stage, _title(name)
        self.log_groups[name] = group = logs.LogGroup(
            self,
            f"{parts}Log",
            log_group_name=f"/aws/lambda/{stage.prefix}-{name}",
            retention=kept(stage.size.log_days),
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = iam.Role(
            self,
            f"{parts}Role",
            role_name=f"{stage.prefix}-{name}-{stage.region}",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"Leadreel: {name}",
        )
        group.grant_write(role)
        secrets = self._secrets.of(limits.secrets)
        common = {
            "function_name": f"{stage.prefix}-{name}",
            "role": role,
            "log_group": group,
            "architecture": self._architecture,
            "memory_size": limits.memory_mb,
            "timeout": Duration.seconds(limits.timeout_seconds),
            "ephemeral_storage_size": Size.mebibytes(limits.disk_mb),
            "tracing": lambda_.Tracing.ACTIVE,
            "reserved_concurrent_executions": RESERVED.get(name) if stage.reserves else None,
            "environment": self._environment | self._of_secrets(secrets),
            **(self._inside(name, role) if limits.database else {}),
            **(self._queue(name) if limits.unattended else {}),
        }
        made: lambda_.Function = (
            self._from_image(parts, name, limits.image, common)
            if limits.image
            else lambda_.Function(
                self,
                parts,
                runtime=lambda_.Runtime.PYTHON_3_12,
                code=self._code,
                layers=[self._layer],
                handler=f"functions.{name}.handler.handler",
                **common,  # type: ignore[arg-type]
            )
        )
        if secrets:
            role.add_to_policy(let_read(*secrets.values()))
        self._let_store(limits, role)
        return made

    def _from_image(self, parts: str, name: str, image: str, common: dict[str, object]) -> lambda_.Function:
        return lambda_.DockerImageFunction(
            self,
            parts,
            code=lambda_.DockerImageCode.from_image_asset(
                str(ROOT),
                file=f"layers/{image}/Dockerfile",
                cmd=[f"functions.{name}.handler.handler"],
                platform=_platform(self._architecture),
                asset_name=image,
            ),
            **common,  # type: ignore[arg-type]
        )

    def _of_secrets(self, secrets: Mapping[str, secretsmanager.ISecret]) -> dict[str, str]:
        """With other keys the functions are other ones, and read them anew."""
        if not secrets:
            return {}
        arns = ",".join(f"{key}={one.secret_arn}" for key, one in secrets.items())
        return {"SECRET_ARNS": arns, "KEYS_VERSION": self._stage.keys}

    def _inside(self, name: str, role: iam.Role) -> dict[str, object]:
        """In the network. Lambda makes the interfaces, with the function's role, and code in it may not.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-best-practice
        """
        own = f"arn:{Aws.PARTITION}:lambda:{Aws.REGION}:{Aws.ACCOUNT_ID}:function:{self._stage.prefix}-{name}"
        role.add_to_policy(iam.PolicyStatement(actions=INTERFACES, resources=["*"]))
        role.add_to_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                actions=INTERFACES,
                resources=["*"],
                conditions={"ArnEquals": {"lambda:SourceFunctionArn": [own]}},
            )
        )
        network = self._network
        return {"vpc": network.vpc, "vpc_subnets": network.inside, "security_groups": [network.functions]}

    def _queue(self, name: str) -> dict[str, object]:
        self.queues[name] = sqs.Queue(
            self,
            f"{_title(name)}Failed",
            queue_name=f"{self._stage.prefix}-{name}-failed",
            retention_period=Duration.days(14),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        return {
            "on_failure": destinations.SqsDestination(self.queues[name]),
            "retry_attempts": 2,
            "max_event_age": Duration.hours(6),
        }

    def _let_store(self, limits: Limits, role: iam.Role) -> None:
        """The folders of its table."""
        for actions, folders in (
            (["s3:GetObject"], limits.reads),
            (["s3:PutObject", "s3:AbortMultipartUpload"], limits.writes),
            (["s3:DeleteObject"], limits.deletes),
        ):
            if folders:
                objects = [self._content.arn_for_objects(f"{folder}/*") for folder in folders]
                role.add_to_policy(iam.PolicyStatement(actions=actions, resources=objects))
        if limits.lists:
            role.add_to_policy(  # without it what is not there is refused, and not missing
                iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self._content.bucket_arn])
            )


def _part(built: Path, name: str) -> Path:
    folder = built / name
    if not folder.is_dir():
        raise NotBuilt(f"{folder} is not there: `make build` makes it")
    return folder


def _title(name: str) -> str:
    return name.title().replace("_", "")


def _platform(architecture: lambda_.Architecture) -> Platform:
    return Platform.LINUX_ARM64 if architecture == lambda_.Architecture.ARM_64 else Platform.LINUX_AMD64
