"""The stacks of the edge around stand-ins for what the region's stack has, as templates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager

from infra.delivery import Delivery
from infra.edge_region import EdgeStack
from infra.stages import read_stage

SIGN_IN = "https://leadreel-dev.auth.us-east-1.amazoncognito.com"
DOMAIN = {"domain": "video.acme.com", "zone_id": "Z0123456789", "zone_name": "acme.com"}


@dataclass(frozen=True)
class Edge:
    """The app, before `synth`, and its stacks. views: the stack with the delivery of logs."""

    app: cdk.App
    edge: EdgeStack
    region: cdk.Stack
    views: cdk.Stack
    delivery: Delivery


def make_edge(name: str, region: str, **context: str) -> Edge:
    """context: as `cdk -c` gives it."""
    app = cdk.App(context={"stage": name, **context})
    stage = read_stage(app.node, region)
    edge = EdgeStack(app, stage=stage)
    stack = cdk.Stack(app, stage.prefix, env=cdk.Environment(region=region), cross_region_references=True)
    buckets = [s3.Bucket(stack, which, enforce_ssl=True) for which in ("Content", "Site")]
    delivery = Delivery(
        stack,
        "Delivery",
        stage=stage,
        content=buckets[0],
        site=buckets[1],
        api=apigatewayv2.HttpApi(stack, "Api"),
        origin_key=secretsmanager.Secret(stack, "OriginKey"),
        link_key=secretsmanager.Secret(stack, "LinkKey"),
        certificate=edge.certificate,
        web_acl_arn=edge.web_acl_arn,
        sign_in=SIGN_IN,
    )
    return Edge(app, edge, stack, delivery.log_stack, delivery)


@cache
def edge_templates(name: str, region: str, **context: str) -> dict[str, dict[str, Any]]:
    """The stacks' templates by `edge`, `region` and `views`, of which the last two may be one stack."""
    made = make_edge(name, region, **context)
    assembly = made.app.synth()
    stacks = {"edge": made.edge, "region": made.region, "views": made.views}
    return {which: assembly.get_stack_artifact(stack.artifact_id).template for which, stack in stacks.items()}


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Properties of the resources of a kind, by logical id."""
    return {
        logical: resource.get("Properties", {})
        for logical, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def only(template: dict[str, Any], kind: str) -> dict[str, Any]:
    """Of the one resource of a kind."""
    (found,) = resources(template, kind).values()
    return found
