"""docs/deploy.md says what a deployment needs and takes, all of it; docs/policies allow it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.policies import POLICIES, allows, listed, statements, taken_by
from tests.support.stacks import ACCOUNT, ROOT, Synthesised

DOCS = ROOT / "docs"
PAGE = (DOCS / "deploy.md").read_text()
MOST_LETTERS = 6_144
"""Of a managed policy, white space aside."""
CALLED = {
    "ApiGatewayV2": "apigateway",
    "CertificateManager": "acm",
    "Cognito": "cognito-idp",
    "Serverless": "serverlessrepo",
    "StepFunctions": "states",
}
"""Services whose actions have another name than their resources."""
TRANSFORMED = "AWS::Serverless::Application"
"""It has no schema: CloudFormation makes a stack of it."""
UNSEEN = {"backup-storage", "cloudformation", "ecr", "ssm"}
"""What a vault stands on, stacks in stacks, where images are, and what stacks tell each other."""
OF_NOBODY = re.compile(r"iam:\w+(User|Group)Policy|iam:DescribeOrganization")
"""Named by the schemas: for policies of users and groups, which we have none of, and what IAM has not."""
NAMES = {
    "AWS::CloudWatch::Alarm": ("AlarmName", "cloudwatch:r:{account}:alarm:{name}"),
    "AWS::CloudWatch::Dashboard": ("DashboardName", "cloudwatch::{account}:dashboard/{name}"),
    "AWS::CodeDeploy::Application": ("ApplicationName", "codedeploy:r:{account}:application:{name}"),
    "AWS::Events::Rule": ("Name", "events:r:{account}:rule/{name}"),
    "AWS::IAM::InstanceProfile": ("InstanceProfileName", "iam::{account}:instance-profile/{name}"),
    "AWS::IAM::Role": ("RoleName", "iam::{account}:role/{name}"),
    "AWS::Lambda::Function": ("FunctionName", "lambda:r:{account}:function:{name}"),
    "AWS::Lambda::LayerVersion": ("LayerName", "lambda:r:{account}:layer:{name}"),
    "AWS::S3::Bucket": ("BucketName", "s3:::{name}"),
    "AWS::SNS::Topic": ("TopicName", "sns:r:{account}:{name}"),
    "AWS::SQS::Queue": ("QueueName", "sqs:r:{account}:{name}"),
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager:r:{account}:secret:{name}"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "states:r:{account}:stateMachine:{name}"),
}
"""Which property names a resource, and its ARN with it."""
BY_LOGICAL_ID = ("AWS::Lambda::LayerVersion", "AWS::SecretsManager::Secret")
"""What CloudFormation names so, without the stack's name before it."""
OF_ADMINISTRATORS = {"iam:CreatePolicy", "backup:DescribeRegionSettings", "backup:UpdateRegionSettings"}
"""What makes the policies themselves, and what holds for the whole account."""
ASKED_BY = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "logs:Tail": "logs:FilterLogEvents",
    "deploy:ListApplications": "codedeploy:ListApplications",
    "deploy:UpdateDeploymentGroup": "codedeploy:UpdateDeploymentGroup",
}
"""Commands of the AWS CLI that are named otherwise than what they ask for."""


def service(kind: str) -> str:
    name = kind.split("::")[1]
    return CALLED.get(name, name.lower())


def test_cloudformation_may_use_each_service_that_there_is_and_no_other(stacks: Synthesised) -> None:
    kinds = {one["Type"] for _, _, one in stacks.resources if one["Type"].startswith("AWS::")}
    needed = {service(kind) for kind in kinds}
    told = {
        action.partition(":")[0] for one in statements("cloudformation") for action in listed(one["Action"])
    }
    assert needed - told == set()
    assert stacks.stage != "prod" or told - needed == UNSEEN


def test_cloudformation_may_do_what_each_resource_takes(stacks: Synthesised) -> None:
    """As the schemas of its resources say, for the resource's own service and for roles."""
    kinds = {one["Type"] for _, _, one in stacks.resources if one["Type"].startswith("AWS::")}
    taken = {
        action
        for kind in kinds - {TRANSFORMED}
        for action in taken_by(kind)
        if action.partition(":")[0] in (service(kind), "iam") and not OF_NOBODY.fullmatch(action)
    }
    assert {action for action in taken if not allows("cloudformation", action)} == set()


def test_cloudformation_may_make_what_has_these_names(stacks: Synthesised) -> None:
    for stack, logical_id, one in stacks.resources:
        kind = one["Type"]
        if kind in NAMES:
            key, arn = NAMES[kind]
            given = logical_id if kind in BY_LOGICAL_ID else f"{stack}-{logical_id}"
            name = one.get("Properties", {}).get(key, given)
            made = "arn:aws:" + arn.format(account=ACCOUNT, name=name)
            assert allows("cloudformation", f"{service(kind)}:Create{kind.split('::')[2]}", made), made


def test_cloudformation_may_read_the_parameters_that_templates_name(stacks: Synthesised) -> None:
    """Of the bootstrap, of AWS's own machine images, and what one region's stack tells another's."""
    for template in stacks.templates.values():
        names = {
            one["Default"]
            for one in template["Parameters"].values()
            if one["Type"].startswith("AWS::SSM::Parameter::Value<")
        } | set(re.findall(r"{{resolve:ssm:([^:}]+)", json.dumps(template)))
        assert names
        for name in names:
            owner = "" if name.startswith("/aws/service/") else ACCOUNT
            assert allows("cloudformation", "ssm:GetParameters", f"arn:aws:ssm:r:{owner}:parameter{name}"), (
                name
            )


def test_cloudformation_may_hand_on_each_role_to_who_takes_it(stacks: Synthesised) -> None:
    (passes,) = (one for one in statements("cloudformation") if one["Action"] == "iam:PassRole")
    takers = {
        statement["Principal"]["Service"]
        for _, _, one in stacks.resources
        if one["Type"] == "AWS::IAM::Role"
        for statement in one["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    }
    assert takers <= set(passes["Condition"]["StringEquals"]["iam:PassedToService"])


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_small_enough_and_the_page_tells_of_it(name: str) -> None:
    assert len("".join(POLICIES[name].read_text().split())) <= MOST_LETTERS
    assert f"(policies/{name}.json)" in PAGE


def test_policies_are_such(tmp_path: Path) -> None:
    """cfn-lint knows IAM's grammar, and which actions there are."""
    managed = {
        name.title(): {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": json.loads(path.read_text())},
        }
        for name, path in POLICIES.items()
    }
    template = tmp_path / "policies.template.json"
    template.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": managed}))
    lint = Path(sys.executable).with_name("cfn-lint")
    ran = subprocess.run([lint, template], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_somebody_may_give_each_command_of_the_pages() -> None:
    """But those that restore, or take a stage away: they are an administrator's."""
    operations = (DOCS / "operations.md").read_text()
    left_out = r"\n## (Restoring|Throwing a stage away)\n.*?(?=\n## |\Z)"
    told = re.sub(left_out, "", operations, flags=re.DOTALL) + PAGE
    asked = set()
    for area, command in re.findall(r"\baws ([a-z][a-z0-9-]+) ([a-z][a-z0-9-]+)", told):
        action = f"{area}:{''.join(part.capitalize() for part in command.split('-'))}"
        asked.add(ASKED_BY.get(action, action))
    assert len(asked) > 5
    allowed = {
        action for action in asked for who in ("bootstrap", "deploy", "operate") if allows(who, action)
    }
    assert asked - allowed == OF_ADMINISTRATORS


def test_each_value_that_is_read_is_listed() -> None:
    read = set(re.findall(r'node, "(\w+)"', (ROOT / "infra" / "stages.py").read_text()))
    listed_there = {
        name
        for row in re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE)
        for name in re.findall(r"`([a-z_]+)`", row)
    }
    assert listed_there == read
