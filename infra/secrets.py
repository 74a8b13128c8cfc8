"""Keys and vendors' keys: one secret a name, read by the functions whose table names it."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.stages import Stage

KEYS = {
    "LINK_SIGNING_KEY": "signs addresses that open files for a while",
    "RECORDING_ACCESS_KEY": "seals headers and cookies of demo sites",
    "SECRETS_KEY": "seals the secrets of webhooks",
    "ORIGIN_KEY": "tells the API that a request came through CloudFront",
}
"""Made at the first deployment. They have no rotation: what was sealed with one is read with it."""
VENDORS = {"elevenlabs": "ELEVENLABS_API_KEY", "openrouter": "OPENROUTER_API_KEY"}
"""Set by hand after the first deployment; docs/deploy.md."""
UNSET = "unset"
"""What stands in a vendor's secret until then, and counts as none."""


def let_read(*secrets: secretsmanager.ISecret) -> iam.PolicyStatement:
    """The text alone, not what `grant_read` lets see besides."""
    return iam.PolicyStatement(
        actions=["secretsmanager:GetSecretValue"], resources=[secret.secret_arn for secret in secrets]
    )


class Secrets(Construct):
    """by_name: the secret of each setting that is one."""

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        policy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if stage.size.is_kept else RemovalPolicy.DESTROY
        self.by_name: dict[str, secretsmanager.ISecret] = {}
        for key, purpose in KEYS.items():
            self.by_name[key] = secretsmanager.Secret(
                self,
                key,
                secret_name=f"{stage.prefix}/{key}",
                description=f"Leadreel: {purpose}",
                removal_policy=policy,
                generate_secret_string=secretsmanager.SecretStringGenerator(
                    exclude_punctuation=True, include_space=False, password_length=43
                ),
            )
        for vendor in stage.vendors:
            key = VENDORS[vendor]
            secret = secretsmanager.Secret(
                self,
                key,
                secret_name=f"{stage.prefix}/{key}",
                description=f"Leadreel: the key of {vendor}, to be set after the first deployment",
                removal_policy=policy,
            )
            plain = secret.node.default_child
            assert isinstance(plain, secretsmanager.CfnSecret)
            plain.generate_secret_string = None
            plain.secret_string = UNSET
            self.by_name[key] = secret

    def of(self, names: tuple[str, ...]) -> dict[str, secretsmanager.ISecret]:
        """Those of these settings that there are here: without a vendor there is no key."""
        return {name: self.by_name[name] for name in names if name in self.by_name}
