"""What may be said of a stage, and where it comes to stand."""

from __future__ import annotations

import pytest
from aws_cdk import App

from infra.stages import Stage, WrongContext, read_stage
from tests.support.stacks import Synthesised


def said(**context: object) -> Stage:
    return read_stage(App(context=context).node, "us-east-1")


def test_the_network_is_in_the_zones_that_were_named(stacks: Synthesised) -> None:
    zones = [one["Properties"]["AvailabilityZone"] for one in stacks.of("AWS::EC2::Subnet").values()]
    if stacks.stage == "prod":  # whose context names them
        assert zones == ["us-east-1b", "us-east-1c"] * 3
    else:
        assert all("Fn::GetAZs" in str(zone) for zone in zones)


@pytest.mark.parametrize("wrong", ["us-east-1a", "us-east-1a,us-east-1a", "use1-az1,use1-az2", "eu-west-1a"])
def test_zones_that_are_too_few_or_none_are_named(wrong: str) -> None:
    with pytest.raises(WrongContext, match="^zones: "):
        said(stage="prod", zones=wrong)
