"""The region's stack: read it top to bottom and you know what is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import CfnOutput, Duration, Environment, Stack, Tags, triggers
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

from functions.catalogue import Deed, read_limits
from infra.api import Api
from infra.backups import Backups
from infra.calling import Calling
from infra.database import Database
from infra.delivery import Delivery
from infra.functions import Functions
from infra.identity import Identity, sign_in_url
from infra.machines import Machines, machine_arns
from infra.mail import Mail
from infra.network import Network
from infra.secrets import Secrets
from infra.stages import Stage
from infra.storage import Buckets
from infra.watching import Watching

FIRST_WORKSPACE_NAME = "First"
WITHOUT_AUTHORITY = {
    "ap-east-2", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1", "il-central-1",
    "mx-central-1",
}  # fmt: skip
"""Regions whose RDS nobody in rds.pem vouches for: there `migrate` goes by SCRAM (shared/database/owning)."""
DEEDS: dict[Deed, list[str]] = {
    "check": ["states:DescribeStateMachine"],
    "start": ["states:StartExecution"],
    "look": ["states:DescribeExecution"],
    "stop": ["states:StopExecution"],
    "answer": ["states:SendTaskSuccess", "states:SendTaskFailure"],
}
"""A task token counts as its state machine: https://github.com/aws/aws-cdk/pull/8486"""


class RegionStack(Stack):
    """Everything but the certificate and the firewall of CloudFront, which live in us-east-1."""

    def __init__(
        self,
        scope: Construct,
        *,
        stage: Stage,
        certificate: acm.ICertificate | None,
        web_acl_arn: str,
        built: Path,
        account: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            stage.prefix,
            env=Environment(account=account, region=stage.region),
            cross_region_references=True,
            termination_protection=stage.size.is_kept,
            description=f"Leadreel {stage.name}: personal videos for leads",
        )
        self.stage = stage

        network = Network(self, "Network", stage)
        buckets = Buckets(self, "Buckets", stage)
        secrets = Secrets(self, "Secrets", stage)
        database = Database(self, "Database", stage, network)
        api = Api(self, "Api", stage)
        delivery = Delivery(
            self,
            "Delivery",
            stage=stage,
            content=buckets.content,
            site=buckets.site,
            api=api.gateway,
            origin_key=secrets.by_name["ORIGIN_KEY"],
            link_key=secrets.by_name["LINK_SIGNING_KEY"],
            sign_in=sign_in_url(stage),
            certificate=certificate,
            web_acl_arn=web_acl_arn,
        )
        functions = Functions(
            self,
            "Functions",
            stage=stage,
            network=network,
            content=buckets.content,
            secrets=secrets,
            environment={"PUBLIC_BASE_URL": delivery.url, "LAMBDA_ARCHITECTURE": stage.architecture},
            built=built,
        )
        of = functions.by_name
        identity = Identity(self, "Identity", stage, of["claim"])
        identity.add_people(delivery.url)
        if stage.admin_email:
            identity.add_owner(stage.admin_email)
        Mail(self, "Mail", stage, of["mail"])
        machines = Machines(self, "Machines", stage=stage, functions=of)

        migrated = self._migrate(of["migrate"], database, network)
        for function in functions.with_database():
            if function is not of["migrate"]:
                function.add_environment("DATABASE_URL", database.url)
                function.add_environment("DATABASE_IAM", "true")
                database.let_in(function)
        self._let_start(of)
        for variable, value in {
            "AUTH_ISSUER": identity.issuer,
            "AUTH_KEYS_URL": f"{identity.issuer}/.well-known/jwks.json",
            "AUTH_APP_CLIENTS": identity.people.user_pool_client_id,
            "AUTH_SIGN_IN_URL": sign_in_url(stage),
        }.items():
            of["api"].add_environment(variable, value)
        api.serve(of["api"], identity)
        migrated.execute_before(api.alias, *machines.by_name.values())
        migrated.execute_before(*(each for each in functions.with_database() if each is not of["migrate"]))
        calling = Calling(
            self,
            "Calling",
            stage=stage,
            functions=of,
            log_groups=functions.log_groups,
            queues=functions.queues,
            content=buckets.content,
        )
        migrated.execute_before(calling)

        Backups(self, "Backups", stage=stage, database=database.server, content=buckets.content)
        Watching(
            self,
            "Watching",
            stage=stage,
            functions=of,
            log_groups=functions.log_groups,
            machines=machines.by_name,
            api=api.gateway,
            queues=functions.queues,
            database=database.server,
            distribution=delivery.distribution,
        )
        for key, value in {
            "Site": delivery.url,
            "Documentation": f"{delivery.url}/docs",
            "SignIn": sign_in_url(stage),
            "UserPool": identity.pool.user_pool_id,
            "BrowserClient": identity.people.user_pool_client_id,
            **{
                f"Program{at}": one.user_pool_client_id
                for at, one in enumerate(identity.programs.values(), 1)
            },
            "Content": buckets.content.bucket_name,
        }.items():
            CfnOutput(self, f"{key}Output", key=key, value=value)

    def _migrate(self, function: lambda_.Function, database: Database, network: Network) -> triggers.Trigger:
        """Before new code takes traffic; a migration that fails stops the deployment."""
        function.add_environment("DATABASE_OWNER_SECRET", database.owner.secret_arn)
        function.add_environment("DATABASE_APP_SECRET", database.app.secret_arn)
        function.add_environment("FIRST_WORKSPACE", FIRST_WORKSPACE_NAME)
        if self.stage.region not in WITHOUT_AUTHORITY:
            function.add_environment("DATABASE_CA_FILE", "/var/task/rds.pem")
        database.let_own(function)
        return triggers.Trigger(
            self, "Migrate", handler=function, execute_after=[database, network], timeout=Duration.minutes(5)
        )

    def _let_start(self, functions: Mapping[str, lambda_.Function]) -> None:
        """By name: a reference to the machines would be a circle, since they refer to the functions."""
        machines = machine_arns(self.stage)
        executions = f"{machines.replace(':stateMachine:', ':execution:')}*:*"
        for name, limits in read_limits().items():
            if limits.states:
                functions[name].add_environment("STATE_MACHINE_ARNS", machines)
            for deed in limits.states:
                resource = executions if deed in ("look", "stop") else f"{machines}*"
                functions[name].add_to_role_policy(
                    iam.PolicyStatement(actions=DEEDS[deed], resources=[resource])
                )


def tag(scope: IConstruct, stage: Stage) -> None:
    """So that a bill can be told apart."""
    for key, value in {"app": "leadreel", "stage": stage.name, "cost-centre": stage.cost_centre}.items():
        Tags.of(scope).add(key, value, exclude_resource_types=["AWS::RDS::DBProxyTargetGroup"])
