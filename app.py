"""The CDK application: `make synth|diff|deploy|destroy STAGE=dev`."""

from __future__ import annotations

import os
from pathlib import Path

from aws_cdk import App, Environment

from infra.application import add_stacks

app = App()
add_stacks(
    app,
    Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION")),
    file=Path(__file__).with_name("stages.toml"),
)
app.synth()
