"""The stack in us-east-1, which is where CloudFront looks for a certificate and a firewall."""

from __future__ import annotations

from aws_cdk import Environment, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct

from infra.firewall import Firewall
from infra.stages import Stage
from infra.view_logs import EDGE_REGION


class EdgeStack(Stack):
    """certificate: of the stage's own domain, None without one. web_acl_arn: of the firewall.

    The region's stack is made after this one and refers to both across regions.
    """

    def __init__(self, scope: Construct, *, stage: Stage, account: str | None = None) -> None:
        super().__init__(
            scope,
            f"{stage.prefix}-edge",
            env=Environment(account=account, region=EDGE_REGION),
            cross_region_references=True,
            termination_protection=stage.size.is_kept,
            description=f"Leadreel {stage.name}: CloudFront's certificate and firewall",
        )
        self.certificate: acm.ICertificate | None = None
        if stage.domain and stage.zone_id and stage.zone_name:
            zone = route53.HostedZone.from_hosted_zone_attributes(
                self, "Zone", hosted_zone_id=stage.zone_id, zone_name=stage.zone_name
            )
            self.certificate = acm.Certificate(
                self,
                "Certificate",
                domain_name=stage.domain,
                validation=acm.CertificateValidation.from_dns(zone),
            )
        self.web_acl_arn = Firewall(self, "Firewall", stage=stage).arn
