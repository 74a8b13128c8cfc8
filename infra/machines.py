"""The state machines: functions/*.asl.json as they stand, with the functions' ARNs in their placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.functions import ROOT
from infra.network import kept
from infra.stages import Stage

DEFINITIONS = {
    path.name.removesuffix(".asl.json"): path for path in sorted((ROOT / "functions").glob("*.asl.json"))
}
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class Machines(Construct):
    """by_name: a state machine by its file's name."""

    def __init__(
        self, scope: Construct, name: str, *, stage: Stage, functions: Mapping[str, lambda_.IFunction]
    ) -> None:
        super().__init__(scope, name)
        group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/vendedlogs/states/{stage.prefix}",
            retention=kept(stage.size.log_days),
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.by_name: dict[str, sfn.StateMachine] = {}
        for each, path in DEFINITIONS.items():
            text = path.read_text()
            used = {function: functions[function] for function in sorted(set(_PLACEHOLDER.findall(text)))}
            machine = sfn.StateMachine(
                self,
                each.title(),
                state_machine_name=f"{stage.prefix}-{each}",
                state_machine_type=sfn.StateMachineType.STANDARD,
                definition_body=sfn.DefinitionBody.from_string(text),
                definition_substitutions={key: function.function_arn for key, function in used.items()},
                tracing_enabled=True,
                logs=sfn.LogOptions(
                    destination=group, level=sfn.LogLevel.ERROR, include_execution_data=False
                ),
                removal_policy=RemovalPolicy.DESTROY,
            )
            machine.add_to_role_policy(  # of no other version than the newest, which the definition names
                iam.PolicyStatement(
                    actions=["lambda:InvokeFunction"],
                    resources=[function.function_arn for function in used.values()],
                )
            )
            self.by_name[each] = machine


def machine_arns(stage: Stage) -> str:
    """The setting STATE_MACHINE_ARNS: each machine's ARN without its name."""
    return f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}:stateMachine:{stage.prefix}-"
