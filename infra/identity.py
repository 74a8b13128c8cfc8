"""Who people and machines are: a user pool, its groups, an app client for browsers and one for a machine."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.stages import Stage

GROUPS = {
    "owner": "everything, the workspace itself too",
    "admin": "everything but the workspace's end",
    "member": "makes videos",
    "finance": "reads costs and reports",
    "viewer": "reads",
}
WRITTEN = cognito.ClientAttributes().with_standard_attributes(fullname=True, email=True)
"""What people may change of themselves: not their workspace. What is required can't be left out."""
FIRST_WORKSPACE = 1
"""The id of the workspace that `migrate` opens in an empty database."""


class Identity(Construct):
    """pool. people: the app client that browsers sign in through. programs: those of programs, by name."""

    def __init__(self, scope: Construct, name: str, stage: Stage, claim: lambda_.IFunction) -> None:
        super().__init__(scope, name)
        self._stage = stage
        self.pool = cognito.UserPool(
            self,
            "People",
            user_pool_name=stage.prefix,
            feature_plan=cognito.FeaturePlan.ESSENTIALS,  # access tokens with a claim of ours
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            keep_original=cognito.KeepOriginalAttrs(email=True),  # until the new one is verified
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            custom_attributes={"workspace_id": cognito.NumberAttribute(min=1, mutable=True)},
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_symbols=True,
                require_uppercase=True,
                temp_password_validity=Duration.days(7),
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=stage.size.is_kept,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
            if stage.size.is_kept
            else RemovalPolicy.DESTROY,
        )
        self.pool.add_trigger(
            cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, claim, cognito.LambdaVersion.V2_0
        )
        for precedence, (group, description) in enumerate(GROUPS.items()):
            cognito.CfnUserPoolGroup(
                self,
                group.capitalize(),
                user_pool_id=self.pool.user_pool_id,
                group_name=group,
                description=description,
                precedence=precedence,
            )
        self.pool.add_domain(
            "SignIn", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=_domain_prefix(stage))
        )
        use = cognito.ResourceServerScope(scope_name="use", scope_description="use the API")
        server = self.pool.add_resource_server(
            "Api", identifier="leadreel", user_pool_resource_server_name="leadreel", scopes=[use]
        )
        self.programs = {
            program: self.pool.add_client(
                f"Program-{program}",
                user_pool_client_name=f"{stage.prefix}-{program}",
                generate_secret=True,
                auth_flows=cognito.AuthFlow(user_srp=False),  # no person signs in through it
                o_auth=cognito.OAuthSettings(
                    flows=cognito.OAuthFlows(client_credentials=True),
                    scopes=[cognito.OAuthScope.resource_server(server, use)],
                ),
                write_attributes=WRITTEN,
                access_token_validity=Duration.hours(1),
            )
            for program in stage.programs
        }

    def add_people(self, url: str) -> None:
        """The app client of the pages at `url`, with PKCE: a browser keeps no secret."""
        self.people = self.pool.add_client(
            "Browser",
            user_pool_client_name=f"{self._stage.prefix}-browser",
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            auth_flows=cognito.AuthFlow(user_srp=True),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
                callback_urls=[f"{url}/", f"{url}/docs/signed-in.html"],
                logout_urls=[f"{url}/"],
            ),
            write_attributes=WRITTEN,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
        )

    def add_owner(self, email: str) -> None:
        """The first workspace's owner, who gets a mail with a password for once."""
        attribute = cognito.CfnUserPoolUser.AttributeTypeProperty
        user = cognito.CfnUserPoolUser(
            self,
            "FirstOwner",
            user_pool_id=self.pool.user_pool_id,
            username=email,
            desired_delivery_mediums=["EMAIL"],
            user_attributes=[
                attribute(name="email", value=email),
                attribute(name="email_verified", value="true"),
                attribute(name="custom:workspace_id", value=str(FIRST_WORKSPACE)),
            ],
        )
        joined = cognito.CfnUserPoolUserToGroupAttachment(
            self,
            "FirstOwnerOwns",
            user_pool_id=self.pool.user_pool_id,
            username=user.ref,
            group_name="owner",
        )
        joined.node.add_dependency(user, *self._groups())

    def _groups(self) -> Sequence[Construct]:
        return [each for each in self.node.children if isinstance(each, cognito.CfnUserPoolGroup)]

    @property
    def issuer(self) -> str:
        return self.pool.user_pool_provider_url


def sign_in_url(stage: Stage) -> str:
    """Where people sign in. Not asked of the pool, which knows the site, whose headers know this."""
    return f"https://{_domain_prefix(stage)}.auth.{Aws.REGION}.amazoncognito.com"


def _domain_prefix(stage: Stage) -> str:
    return f"{stage.prefix}-{Aws.ACCOUNT_ID}"
