"""Whom the stage's mail is from: an identity of Amazon SES, if `from_email` says so and there is none yet."""

from __future__ import annotations

from email.utils import parseaddr

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_ses as ses
from constructs import Construct

from infra.stages import Stage


class Mail(Construct):
    """Of the stage's zone if the address lies in it, with the records by which mail is signed (DKIM); else of
    the address alone, whose owner gets a mail from AWS and confirms it."""

    def __init__(self, scope: Construct, name: str, stage: Stage, sender: lambda_.Function) -> None:
        super().__init__(scope, name)
        if stage.from_email is None:
            return
        _, address = parseaddr(stage.from_email)
        # SES asks this of a mail that is written already, whatever the operation is called; and of identities
        # of those who get it too, where the account has some
        sender.add_to_role_policy(
            iam.PolicyStatement(
                actions=["ses:SendRawEmail"],
                resources=[f"arn:{Aws.PARTITION}:ses:{Aws.REGION}:{Aws.ACCOUNT_ID}:identity/*"],
                conditions={"StringEquals": {"ses:FromAddress": address}},
            )
        )
        if stage.ses_identity == "existing":
            return
        if stage.zone_id and stage.zone_name and address.rpartition("@")[2] == stage.zone_name:
            zone = route53.PublicHostedZone.from_public_hosted_zone_attributes(
                self, "Zone", hosted_zone_id=stage.zone_id, zone_name=stage.zone_name
            )
            identity = ses.Identity.public_hosted_zone(zone)
        else:
            identity = ses.Identity.email(address)
        ses.EmailIdentity(self, "Sender", identity=identity)
