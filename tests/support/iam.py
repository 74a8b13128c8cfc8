"""What a synthesised role may do, as IAM judges; and a stage's bucket, secrets and state machines in moto."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from tests.support.stacks import Synthesised

if TYPE_CHECKING:
    from bench.containers.aws import Aws, Call

ACCOUNT, REGION = "123456789012", "us-east-1"
_PSEUDO = {
    "AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT,
}  # fmt: skip


@dataclass(frozen=True)
class Role:
    """statements: as a template has them, without references left."""

    statements: Sequence[Mapping[str, Any]]

    def allows(self, action: str, resource: str) -> bool:
        """Some statement allows it and none denies it. A condition is held to be met where it denies; where
        it allows, only one about the sender of a mail, whose name the resource ends with, may be."""
        met = {"StringEquals": {"ses:FromAddress": resource.rpartition("/")[2]}}
        effects = {
            one["Effect"]
            for one in self.statements
            if _matches(one["Action"], action)
            and _matches(one["Resource"], resource)
            and (one["Effect"] == "Deny" or one.get("Condition", met) == met)
        }
        return effects == {"Allow"}

    def idle(self, asked: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """(action, resource): what it allows, and nothing of it was asked for."""
        allowed = [one for one in self.statements if one["Effect"] == "Allow"]
        return [
            (action, resource)
            for one in allowed
            for action in listed(one["Action"])
            for resource in listed(one["Resource"])
            if not any(action == done and _matches(resource, where) for done, where in asked)
        ]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _matches(patterns: Any, value: str) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in listed(patterns))


def needed(call: Call) -> Iterator[tuple[str, str]]:
    """(action, resource): what has to be granted for a call to be answered as it was. That an object is not
    there S3 tells only those who may list: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    yield call.action, call.resource
    if call.action == "s3:GetObject" and not call.found:
        yield "s3:ListBucket", call.resource.partition("/")[0]


@dataclass(frozen=True)
class Deployed:
    """values: by a logical id what Ref gives, by `id.Attribute` what GetAtt gives; what is not there gives
    its name, which matches nothing."""

    stacks: Synthesised
    values: Mapping[str, str]

    def environment(self, function: str) -> dict[str, str]:
        """As the template has it."""
        made: dict[str, str] = self._resolved(self.stacks.functions[function]["Environment"]["Variables"])
        return made

    def role(self, function: str) -> Role:
        return Role(self._resolved(self.stacks.statements(function)))

    def _resolved(self, value: Any) -> Any:
        match value:
            case {"Ref": name}:
                return self.values.get(name, name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self.values.get(f"{name}.{attribute}", f"{name}.{attribute}")
            case {"Fn::Join": [glue, parts]}:
                return glue.join(self._resolved(part) for part in parts)
            case {"Fn::Split": [at, text]}:
                return self._resolved(text).split(at)
            case {"Fn::Select": [number, parts]}:
                return (self._resolved(parts) + [""] * 9)[number]  # of an ARN that is not known here
            case dict():
                return {name: self._resolved(part) for name, part in value.items()}
            case list():
                return [self._resolved(part) for part in value]
        return value


def deploy(stacks: Synthesised, aws: Aws, texts: Mapping[str, str]) -> Deployed:
    """texts: of secrets, by the end of their names; the others are `unset`."""
    prefix, values = f"leadreel-{stacks.stage}", dict(_PSEUDO)
    bucket = stacks.functions["api"]["Environment"]["Variables"]["AWS_S3_BUCKET"]["Ref"]
    values[bucket], values[f"{bucket}.Arn"] = f"{prefix}-content", f"arn:aws:s3:::{prefix}-content"
    aws.client("s3", REGION).create_bucket(Bucket=values[bucket])
    secrets = aws.client("secretsmanager", REGION)
    for name, secret in stacks.of("AWS::SecretsManager::Secret").items():
        called = secret["Properties"].get("Name", name)
        text = texts.get(called.rpartition("/")[2], "unset")
        values[name] = secrets.create_secret(Name=called, SecretString=text)["ARN"]
    for name, attached in stacks.of("AWS::SecretsManager::SecretTargetAttachment").items():
        values[name] = values[attached["Properties"]["SecretId"]["Ref"]]
    for name, identity in stacks.of("AWS::SES::EmailIdentity").items():
        values[name] = identity["Properties"]["EmailIdentity"]
        aws.client("sesv2", REGION).create_email_identity(EmailIdentity=values[name])
    machines = aws.client("stepfunctions", REGION)
    for one in stacks.of("AWS::StepFunctions::StateMachine").values():
        machines.create_state_machine(
            name=one["Properties"]["StateMachineName"],
            definition=re.sub(r"\$\{(\w+)\}", r"\1", one["Properties"]["DefinitionString"]),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/any",
        )
    return Deployed(stacks, values)
