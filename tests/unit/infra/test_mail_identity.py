"""Whom a stage's mail is from, and what SES knows of it."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk.assertions import Match, Template

from infra.mail import Mail
from tests.support.stand_ins import stage, stand_ins


def made(**values: Any) -> Template:
    wanted = stage(**values)
    there = stand_ins(wanted)
    Mail(there.stack, "Mail", wanted, there.functions["mail"])
    return Template.from_stack(there.stack)


def may_send(address: str) -> dict[str, Any]:
    condition = {"StringEquals": {"ses:FromAddress": address}}
    granted = Match.object_like({"Action": "ses:SendRawEmail", "Condition": condition})
    return {"PolicyDocument": {"Statement": Match.array_with([granted])}}


def test_an_identity_that_is_there_is_not_made_again() -> None:
    template = made(from_email="Ana <ana@acme.example>", ses_identity="existing")
    template.resource_count_is("AWS::SES::EmailIdentity", 0)
    template.has_resource_properties("AWS::IAM::Policy", may_send("ana@acme.example"))


def test_an_address_outside_of_the_zone_is_proved_by_itself() -> None:
    template = made(from_email="ana@elsewhere.example", zone_id="Z1", zone_name="acme.example")
    template.has_resource_properties("AWS::SES::EmailIdentity", {"EmailIdentity": "ana@elsewhere.example"})
    template.resource_count_is("AWS::Route53::RecordSet", 0)


def test_without_a_sender_nothing_is_granted() -> None:
    template = made()
    template.resource_count_is("AWS::SES::EmailIdentity", 0)
    assert "ses:" not in json.dumps(template.to_json())
