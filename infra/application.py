"""Both stacks of a stage, and the rules that they are held to."""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, Environment

from infra.edge_region import EdgeStack
from infra.functions import BUILT
from infra.region import RegionStack, tag
from infra.stages import Stage, read_stage

DEFAULT_REGION = "us-east-1"


def add_stacks(
    app: App, where: Environment, built: Path = BUILT, file: Path | None = None
) -> tuple[Stage, RegionStack, EdgeStack]:
    """file: with what is said of the stages beside the context. Raises WrongContext."""
    region = where.region or DEFAULT_REGION
    stage = read_stage(app.node, region, file)
    edge = EdgeStack(app, stage=stage, account=where.account)
    main = RegionStack(
        app,
        stage=stage,
        certificate=edge.certificate,
        web_acl_arn=edge.web_acl_arn,
        built=built,
        account=where.account,
    )
    tag(app, stage)
    return stage, main, edge
