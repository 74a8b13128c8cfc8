"""Where functions with a database live: private subnets with a way out to vendors, and none in."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.stages import Stage

RANGE = "10.0.0.0/16"
POSTGRES, HTTPS = ec2.Port.tcp(5432), ec2.Port.HTTPS


class Network(Construct):
    """vpc; functions: the group of every function inside; data: the subnets of Postgres, with no way out.

    Vendors, webhooks, Secrets Manager and Step Functions are reached by NAT, which has to be there for the
    first two: two interface endpoints in two zones would cost $29 a month more and save none of it. S3 has a
    gateway endpoint, which is free, and most of the bytes. https://aws.amazon.com/privatelink/pricing/
    """

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        size = stage.size
        nat = (
            ec2.NatProvider.instance_v2(
                instance_type=ec2.InstanceType("t4g.nano"),
                associate_public_ip_address=True,
                machine_image=ec2.MachineImage.latest_amazon_linux2023(
                    cpu_type=ec2.AmazonLinuxCpuType.ARM_64
                ),
                default_allowed_traffic=ec2.NatTrafficDirection.OUTBOUND_ONLY,
            )
            if size.nat == "instance"
            else ec2.NatProvider.gateway()
        )
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            vpc_name=stage.prefix,
            ip_addresses=ec2.IpAddresses.cidr(RANGE),
            availability_zones=list(stage.zones) or None,
            max_azs=None if stage.zones else size.zones,
            nat_gateway_provider=nat,
            nat_gateways=size.nat_gateways,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name="public",
                    subnet_type=ec2.SubnetType.PUBLIC,
                    cidr_mask=26,
                    map_public_ip_on_launch=False,
                ),
                ec2.SubnetConfiguration(
                    name="functions", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=20
                ),
                ec2.SubnetConfiguration(
                    name="data", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=26
                ),
            ],
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)
            },
        )
        if isinstance(nat, ec2.NatInstanceProviderV2):
            nat.security_group.add_ingress_rule(ec2.Peer.ipv4(RANGE), HTTPS, "what functions ask of vendors")
        self.vpc.add_flow_log(
            "Refused",
            traffic_type=ec2.FlowLogTrafficType.REJECT,
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                logs.LogGroup(
                    self,
                    "Flows",
                    retention=kept(size.log_days),
                    removal_policy=RemovalPolicy.DESTROY,
                )
            ),
        )
        self.functions = ec2.SecurityGroup(
            self,
            "Functions",
            vpc=self.vpc,
            description="Functions: out to Postgres and by HTTPS, nothing in",
            allow_all_outbound=False,
        )
        self.functions.add_egress_rule(ec2.Peer.any_ipv4(), HTTPS, "vendors, webhooks, S3 and other services")

    @property
    def inside(self) -> ec2.SubnetSelection:
        return ec2.SubnetSelection(subnet_group_name="functions")

    @property
    def data(self) -> ec2.SubnetSelection:
        return ec2.SubnetSelection(subnet_group_name="data")


def kept(days: int) -> logs.RetentionDays:
    """CloudWatch Logs keeps for certain numbers of days only."""
    return {
        7: logs.RetentionDays.ONE_WEEK,
        30: logs.RetentionDays.ONE_MONTH,
        90: logs.RetentionDays.THREE_MONTHS,
    }[days]
