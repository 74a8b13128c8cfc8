"""Postgres behind RDS Proxy: functions sign in as a role that owns nothing, by IAM."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.network import HTTPS, POSTGRES, Network, kept
from infra.secrets import let_read
from infra.stages import Stage

NAME = "leadreel"
UNSAID = " %+~`#$&*()|[]{}:;<>?!'/@\"\\"
"""Characters that no password has, so that it can stand in an address."""
IDLE_SECONDS = 60
"""A client's setting may pin its connection for good, so one that says nothing is let go soon; more than
`shared.database` keeps one for."""
OWNER, APP = "leadreel_owner", "leadreel_app"
INSTANCE = rds.PostgresEngineVersion.VER_17_9
AURORA = rds.AuroraPostgresEngineVersion.VER_17_9


class Database(Construct):
    """server: an instance or an Aurora cluster. proxy: where functions go.

    owner, app: secrets of the role that owns the tables, and of the one that functions use.
    """

    def __init__(self, scope: Construct, name: str, stage: Stage, network: Network) -> None:
        super().__init__(scope, name)
        self.group = ec2.SecurityGroup(
            self, "Server", vpc=network.vpc, description="Postgres", allow_all_outbound=False
        )
        doors = ec2.SecurityGroup(
            self, "Doors", vpc=network.vpc, description="RDS Proxy", allow_all_outbound=False
        )
        network.functions.connections.allow_to(doors, POSTGRES, "rows")
        self._doors, self._functions = doors, network.functions
        self.server: rds.DatabaseInstance | rds.DatabaseCluster = (
            self._instance(stage, network) if stage.database == "instance" else self._aurora(stage, network)
        )
        kind = "instance" if stage.database == "instance" else "cluster"
        log = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/rds/{kind}/{stage.prefix}/postgresql",
            retention=kept(stage.size.log_days),
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.server.node.add_dependency(log)  # RDS would make one that keeps everything for ever
        assert self.server.secret is not None
        self.owner = self.server.secret
        secret = rds.DatabaseSecret(self, "App", username=APP, exclude_characters=UNSAID)
        self.app = secret.attach(self.server)
        self._rotate(network)
        self.proxy = rds.DatabaseProxy(
            self,
            "Proxy",
            db_proxy_name=stage.prefix,
            proxy_target=rds.ProxyTarget.from_instance(self.server)
            if isinstance(self.server, rds.DatabaseInstance)
            else rds.ProxyTarget.from_cluster(self.server),
            secrets=[self.app],
            vpc=network.vpc,
            vpc_subnets=network.data,
            security_groups=[doors],
            iam_auth=True,
            require_tls=True,
            idle_client_timeout=Duration.seconds(IDLE_SECONDS),
            borrow_timeout=Duration.seconds(5),
        )

    @property
    def url(self) -> str:
        """Without a password: that is a token of IAM's."""
        return f"postgresql://{APP}@{self.proxy.endpoint}:5432/{NAME}"

    def let_in(self, function: lambda_.Function) -> None:
        """Let it sign in as the role that owns nothing."""
        self.proxy.grant_connect(function, APP)

    def let_own(self, function: lambda_.Function) -> None:
        """Let it sign in as the tables' owner, past the proxy."""
        self.group.connections.allow_from(self._functions, POSTGRES, "migrations")
        function.add_to_role_policy(let_read(self.owner, self.app))

    def _instance(self, stage: Stage, network: Network) -> rds.DatabaseInstance:
        size = stage.size
        engine = rds.DatabaseInstanceEngine.postgres(version=INSTANCE)
        return rds.DatabaseInstance(
            self,
            "Postgres",
            engine=engine,
            instance_type=ec2.InstanceType(size.instance),
            instance_identifier=stage.prefix,
            database_name=NAME,
            credentials=rds.Credentials.from_generated_secret(OWNER, secret_name=f"{stage.prefix}/database"),
            vpc=network.vpc,
            vpc_subnets=network.data,
            security_groups=[self.group],
            multi_az=size.multi_az,
            storage_type=rds.StorageType.GP3,
            allocated_storage=20,
            max_allocated_storage=200,
            storage_encrypted=True,
            iam_authentication=True,
            backup_retention=Duration.days(size.backup_days),
            copy_tags_to_snapshot=True,
            delete_automated_backups=not size.is_kept,
            deletion_protection=size.is_kept,
            removal_policy=RemovalPolicy.SNAPSHOT if size.is_kept else RemovalPolicy.DESTROY,
            cloudwatch_logs_exports=["postgresql"],
            enable_performance_insights=size.is_kept,
            auto_minor_version_upgrade=True,
            parameter_group=self._parameters(engine),
        )

    def _aurora(self, stage: Stage, network: Network) -> rds.DatabaseCluster:
        size = stage.size
        engine = rds.DatabaseClusterEngine.aurora_postgres(version=AURORA)
        return rds.DatabaseCluster(
            self,
            "Aurora",
            engine=engine,
            cluster_identifier=stage.prefix,
            default_database_name=NAME,
            credentials=rds.Credentials.from_generated_secret(OWNER, secret_name=f"{stage.prefix}/database"),
            vpc=network.vpc,
            vpc_subnets=network.data,
            security_groups=[self.group],
            writer=rds.ClusterInstance.serverless_v2("writer"),
            readers=[rds.ClusterInstance.serverless_v2("reader", scale_with_writer=True)]
            if size.multi_az
            else [],
            serverless_v2_min_capacity=0.5,  # RDS Proxy and `deliver`, each minute, would never let it sleep
            serverless_v2_max_capacity=8,
            storage_encrypted=True,
            iam_authentication=True,
            backup=rds.BackupProps(retention=Duration.days(size.backup_days)),
            copy_tags_to_snapshot=True,
            deletion_protection=size.is_kept,
            removal_policy=RemovalPolicy.SNAPSHOT if size.is_kept else RemovalPolicy.DESTROY,
            cloudwatch_logs_exports=["postgresql"],
            parameter_group=self._parameters(engine),
        )

    def _parameters(self, engine: rds.IEngine) -> rds.ParameterGroup:
        return rds.ParameterGroup(
            self,
            "Parameters",
            engine=engine,
            description="Leadreel",
            parameters={
                "rds.force_ssl": "1",
                "password_encryption": "scram-sha-256",
                "log_min_duration_statement": "2000",
            },
        )

    def _rotate(self, network: Network) -> None:
        """Both passwords, each 30 days. Functions notice nothing: they have tokens, the proxy the new one."""
        group = ec2.SecurityGroup(
            self, "Rotation", vpc=network.vpc, description="Rotates passwords", allow_all_outbound=False
        )
        group.add_egress_rule(ec2.Peer.any_ipv4(), HTTPS, "Secrets Manager")
        for name, secret in (("RotateOwner", self.owner), ("RotateApp", self.app)):
            secretsmanager.SecretRotation(
                self,
                name,
                application=secretsmanager.SecretRotationApplication.POSTGRES_ROTATION_SINGLE_USER,
                secret=secret,
                target=self.server,
                vpc=network.vpc,
                vpc_subnets=network.inside,
                security_group=group,
                exclude_characters=UNSAID,
                rotate_immediately_on_update=False,  # `migrate` makes the role, at the first deployment
            )
