"""What each resource of a template costs a month while nobody uses it, by its type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from infra.price_list import PriceList

Properties = Mapping[str, Any]
Template = Mapping[str, Any]


class UnknownResource(LookupError):
    """A type that nobody has said the price of, or that it is free."""


@dataclass(frozen=True)
class Line:
    """what: as the table says it. count: of what is paid for. usd: for all of it."""

    what: str
    count: Decimal
    usd: Decimal


@dataclass(frozen=True)
class Asked:
    """What a price depends on beside the resource itself: prices, what is assumed, all that is deployed."""

    prices: PriceList
    usage: Mapping[str, Any]
    resources: Mapping[str, Mapping[str, Any]]

    def all_of(self, kind: str) -> list[Properties]:
        return [each.get("Properties", {}) for each in self.resources.values() if each["Type"] == kind]


_FREE = {
    "ApiGatewayV2": "Api ApiMapping Authorizer DomainName Integration Route Stage",
    "Backup": "BackupSelection BackupVault",
    "Budgets": "Budget",
    "CDK": "Metadata",
    "CertificateManager": "Certificate",
    "CloudFormation": "CustomResource",
    "CloudFront": (
        "CachePolicy Distribution Function KeyGroup KeyValueStore OriginAccessControl "
        "OriginRequestPolicy PublicKey ResponseHeadersPolicy"
    ),
    "CodeDeploy": "Application DeploymentConfig DeploymentGroup",
    "Cognito": (
        "ManagedLoginBranding UserPool UserPoolDomain UserPoolGroup UserPoolResourceServer "
        "UserPoolUser UserPoolUserToGroupAttachment"
    ),
    "EC2": (
        "FlowLog InternetGateway LaunchTemplate Route RouteTable SecurityGroup SecurityGroupEgress "
        "SecurityGroupIngress Subnet SubnetRouteTableAssociation VPC VPCGatewayAttachment"
    ),
    "IAM": "InstanceProfile ManagedPolicy Policy Role",
    "KMS": "Alias",
    "Lambda": "EventInvokeConfig Function LayerVersion Permission",
    "Logs": (
        "Delivery DeliveryDestination DeliverySource LogGroup MetricFilter QueryDefinition "
        "ResourcePolicy SubscriptionFilter"
    ),
    "RDS": "DBClusterParameterGroup DBParameterGroup DBProxyTargetGroup DBSubnetGroup",
    "Route53": "RecordSet",
    "S3": "Bucket BucketPolicy",
    "SES": "EmailIdentity",
    "SNS": "Subscription Topic TopicPolicy",
    "SQS": "Queue QueuePolicy",
    "SSM": "Parameter",
    "SecretsManager": "ResourcePolicy RotationSchedule SecretTargetAttachment",
    "Serverless": "Application",
    "StepFunctions": "StateMachine",
    "WAFv2": "IPSet LoggingConfiguration RegexPatternSet",
    "XRay": "ResourcePolicy SamplingRule",
}
FREE = frozenset(f"AWS::{service}::{kind}" for service, kinds in _FREE.items() for kind in kinds.split())
"""Paid for by use, or not at all. Functions, queues, buckets and logs cost what videos make of them."""


def standing(
    resources: Mapping[str, Mapping[str, Any]], prices: PriceList, usage: Mapping[str, Any]
) -> list[Line]:
    """Of each resource, in a month. Raises UnknownResource, UnknownPrice."""
    asked = Asked(prices, usage, resources)
    lines: list[Line] = []
    for name, resource in resources.items():
        kind = resource["Type"]
        if kind in FREE or kind.startswith("Custom::"):
            continue
        if kind not in _PRICED:
            raise UnknownResource(
                f"{name}: what does {kind} cost? infra/standing.py has neither a price nor says it is free"
            )
        lines.extend(_PRICED[kind](resource.get("Properties", {}), asked))
    return _together(lines)


def _together(lines: Sequence[Line]) -> list[Line]:
    """One line for each thing."""
    found: dict[str, Line] = {}
    for line in lines:
        before = found.get(line.what, Line(line.what, Decimal(0), Decimal(0)))
        found[line.what] = Line(line.what, before.count + line.count, before.usd + line.usd)
    return [line for line in found.values() if line.usd]


def _each(table: str, price: str, what: str) -> Callable[[Properties, Asked], list[Line]]:
    """Something that costs the same each month."""
    return lambda properties, asked: [Line(what, Decimal(1), asked.prices.of(table, price))]


def _hourly(table: str, price: str, what: str) -> Callable[[Properties, Asked], list[Line]]:
    return lambda properties, asked: [
        Line(what, Decimal(1), asked.prices.of(table, price) * asked.prices.hours)
    ]


def _instance(properties: Properties, asked: Asked) -> list[Line]:
    """Postgres on an instance, or an instance of an Aurora cluster."""
    kind, prices = properties["DBInstanceClass"], asked.prices
    if kind == "db.serverless":
        [cluster] = asked.all_of("AWS::RDS::DBCluster")
        least = Decimal(str(cluster["ServerlessV2ScalingConfiguration"]["MinCapacity"]))
        return [
            Line("Aurora's least units", least, least * prices.of("rds", "aurora_unit_hour") * prices.hours)
        ]
    if properties.get("StorageType") != "gp3":
        raise UnknownResource(f"what does Postgres's disk of type {properties.get('StorageType')} cost?")
    if properties.get("PerformanceInsightsRetentionPeriod", 7) > 7:
        raise UnknownResource("what do Performance Insights of more than seven days cost?")
    times = Decimal(2 if properties.get("MultiAZ") else 1)
    gb = Decimal(properties["AllocatedStorage"])
    lines = [
        Line(f"Postgres, {kind}", times, times * prices.of("rds_instance_hour", kind) * prices.hours),
        Line("Postgres, GB of disk", gb * times, gb * times * prices.of("rds", "gp3_gb_month")),
    ]
    if properties.get("ManageMasterUserPassword"):
        lines += _secret(properties, asked)
    return lines


def _cluster(properties: Properties, asked: Asked) -> list[Line]:
    gb = Decimal(str(asked.usage["idle"]["database_gb"]))
    return [Line("Aurora, GB of disk", gb, gb * asked.prices.of("rds", "aurora_gb_month"))]


def _proxy(properties: Properties, asked: Asked) -> list[Line]:
    """By the size of what is behind it. A standby in another zone is not counted: nobody connects to it."""
    prices = asked.prices
    instances = [each["DBInstanceClass"] for each in asked.all_of("AWS::RDS::DBInstance")]
    if "db.serverless" in instances:
        units = prices.of("rds", "proxy_least_units") * instances.count("db.serverless")
        return [Line("RDS Proxy, units", units, units * prices.of("rds", "proxy_unit_hour") * prices.hours)]
    vcpus = max(
        sum((prices.of("rds_instance_vcpus", each) for each in instances), Decimal(0)),
        prices.of("rds", "proxy_least_vcpus"),
    )
    return [Line("RDS Proxy, vCPUs", vcpus, vcpus * prices.of("rds", "proxy_vcpu_hour") * prices.hours)]


_address = _hourly("ec2", "public_ipv4_hour", "public IPv4 address")
_secret = _each("security", "secret_month", "secret")


def _ec2_instance(properties: Properties, asked: Asked) -> list[Line]:
    kind, prices = properties["InstanceType"], asked.prices
    disks = [each["Ebs"]["VolumeSize"] for each in properties.get("BlockDeviceMappings", []) if "Ebs" in each]
    gb = Decimal(sum(disks) or 8)  # what Amazon Linux's image asks for
    open_ = any(each.get("AssociatePublicIpAddress") for each in properties.get("NetworkInterfaces", []))
    return [
        Line(f"NAT instance, {kind}", Decimal(1), prices.of("ec2_instance_hour", kind) * prices.hours),
        Line("NAT instance, GB of disk", gb, gb * prices.of("ec2", "gp3_gb_month")),
        *(_address(properties, asked) if open_ else []),
    ]


def _endpoint(properties: Properties, asked: Asked) -> list[Line]:
    """A gateway endpoint is free; an interface costs by the zone."""
    if properties.get("VpcEndpointType", "Gateway") == "Gateway":
        return []
    zones = Decimal(len(properties["SubnetIds"]))
    usd = zones * asked.prices.of("ec2", "interface_endpoint_hour") * asked.prices.hours
    return [Line("interface endpoint, zones", zones, usd)]


def _alarm(properties: Properties, asked: Asked) -> list[Line]:
    metrics = Decimal(sum("MetricStat" in each for each in properties.get("Metrics", [])) or 1)
    return [Line("alarms, metrics", metrics, metrics * asked.prices.of("cloudwatch", "alarm_metric_month"))]


def _firewall(properties: Properties, asked: Asked) -> list[Line]:
    rules = Decimal(len(properties.get("Rules", [])))
    return [
        Line("WAF", Decimal(1), asked.prices.of("security", "web_acl_month")),
        Line("WAF, rules", rules, rules * asked.prices.of("security", "web_acl_rule_month")),
    ]


def _app_client(properties: Properties, asked: Asked) -> list[Line]:
    """People sign in for nothing, up to 10,000 a month; a client for programs has a price."""
    if "client_credentials" not in properties.get("AllowedOAuthFlows", []):
        return []
    return [
        Line("Cognito, client for programs", Decimal(1), asked.prices.of("security", "machine_client_month"))
    ]


def _backup_plan(properties: Properties, asked: Asked) -> list[Line]:
    """Of the database; what the bucket's backup costs grows with the videos."""
    gb = Decimal(str(asked.usage["idle"]["database_gb"])) * Decimal(str(asked.usage["idle"]["backups_kept"]))
    return [Line("backups of Postgres, GB", gb, gb * asked.prices.of("rds", "snapshot_gb_month"))]


def _rule(properties: Properties, asked: Asked) -> list[Line]:
    """A clock: what it starts is paid for as any call of a function. Events of AWS's own are free."""
    schedule = properties.get("ScheduleExpression")
    if schedule is None:
        return []
    every = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", schedule)
    if every is None:
        raise UnknownResource(f"how often is {schedule}? infra/standing.py reads rate(…) alone")
    seconds = int(every[1]) * {"minute": 60, "hour": 3600, "day": 86400}[every[2]]
    calls = asked.prices.hours * 3600 / seconds * len(properties.get("Targets", []))
    functions = asked.all_of("AWS::Lambda::Function")
    memory = max(
        (Decimal(each.get("MemorySize", 128)) for each in _called(properties, asked)), default=Decimal(512)
    )
    price = memory / 1024 * Decimal(str(asked.usage["idle"]["call_seconds"]))
    usd = calls * (
        price * asked.prices.gb_second(architecture(functions)) + asked.prices.product_of("lambda_request")
    )
    return [Line("calls by a clock", calls, usd)]


def _called(properties: Properties, asked: Asked) -> Iterator[Properties]:
    """The functions that a rule calls."""
    for target in properties.get("Targets", []):
        arn = target.get("Arn", {})
        name = arn.get("Fn::GetAtt", [""])[0] if isinstance(arn, Mapping) else ""
        if name in asked.resources:
            yield asked.resources[name].get("Properties", {})


def _version(properties: Properties, asked: Asked) -> list[Line]:
    """Free, unless some of it is kept warm."""
    if any(key.startswith("ProvisionedConcurrency") for key in properties):
        raise UnknownResource("what does provisioned concurrency cost?")
    return []


def architecture(functions: Sequence[Properties]) -> str:
    """Of most functions: those of CDK's own helpers have Lambda's default."""
    kinds = [each.get("Architectures", ["x86_64"])[0] for each in functions]
    return max(sorted(set(kinds)), key=kinds.count, default="x86_64")


_PRICED: Mapping[str, Callable[[Properties, Asked], list[Line]]] = {
    "AWS::RDS::DBInstance": _instance,
    "AWS::RDS::DBCluster": _cluster,
    "AWS::RDS::DBProxy": _proxy,
    "AWS::EC2::NatGateway": _hourly("ec2", "nat_gateway_hour", "NAT gateway"),
    "AWS::EC2::EIP": _address,
    "AWS::EC2::Instance": _ec2_instance,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::Lambda::Alias": _version,
    "AWS::Lambda::Version": _version,
    "AWS::KMS::Key": _each("security", "key_month", "KMS key"),
    "AWS::SecretsManager::Secret": _secret,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _each("cloudwatch", "dashboard_month", "dashboard"),
    "AWS::WAFv2::WebACL": _firewall,
    "AWS::Route53::HostedZone": _each("edge", "hosted_zone_month", "Route 53 zone"),
    "AWS::Cognito::UserPoolClient": _app_client,
    "AWS::Backup::BackupPlan": _backup_plan,
    "AWS::Events::Rule": _rule,
}
