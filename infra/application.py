"""Both stacks of a stage, and the rules that they are held to."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, Environment

from infra.edge_region import EdgeStack
from infra.functions import BUILT
from infra.region import RegionStack, tag
from infra.stages import Stage, read_stage

EDGE_REGION = "us-east-1"
DEFAULT_REGION = "us-east-1"


def add_stacks(app: App, where: Environment, built: Path = BUILT) -> tuple[Stage, RegionStack, EdgeStack]:
    """Raises WrongContext."""
    region = where.region or DEFAULT_REGION
    stage = read_stage(app.node, region)
    edge = EdgeStack(
        app,
        f"{stage.prefix}-edge",
        stage=stage,
        env=Environment(account=where.account, region=EDGE_REGION),
        cross_region_references=True,
        description=f"Leadreel {stage.name}: certificate and firewall of CloudFront",
        termination_protection=stage.size.is_kept,
    )
    main = RegionStack(
        app,
        stage.prefix,
        stage=stage,
        certificate=edge.certificate,
        web_acl_arn=edge.web_acl_arn,
        built=built,
        env=Environment(account=where.account, region=region),
        cross_region_references=True,
        description=f"Leadreel {stage.name}: personal videos for leads",
        termination_protection=stage.size.is_kept,
    )
    tag(app, stage)
    return stage, main, edge
