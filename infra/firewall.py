"""The firewall in front of everything (AWS WAF): known attacks, addresses of ill repute, too many requests.

Left out is AWS's list of anonymous addresses (VPNs, Tor, hosting providers): leads watch from companies'
VPNs, and machine clients of the API run at hosting providers.
"""

from __future__ import annotations

from aws_cdk import CfnTag, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.stages import Stage

MOST_REQUESTS = 20_000
"""From one address in five minutes, whatever it asks for. Behind one there may be a whole office: a workspace
may send the API 15,000 (3,000 a minute, `API_REQUESTS_PER_MINUTE_WORKSPACE`), and ten minutes of HLS are some
500 segments, playlists and beacons."""
MOST_PASSWORDS = 100
"""Typed for share pages, from one address in five minutes. The API's own limit, ten a minute for a video, is
known to one process only."""
WINDOW_SECONDS = 300
SEEN_ONLY = (
    "SizeRestrictions_BODY",  # 8 kB; the API takes 4.5 MB, and looks at each body itself
    "CrossSiteScripting_BODY",  # a workspace's own templates are HTML
    "GenericRFI_BODY",  # pages to be filmed are addresses, some of them by number
    "GenericLFI_BODY",  # scripts and tours are free text
    "EC2MetaDataSSRF_BODY",  # refused by shared/egress, which says why
)
"""Rules of the common set that look at bodies: they count and do not block. Only the API gets bodies, nearly
all of them from people who signed in; it reads them as JSON or CSV, writes them by bound parameters, and what
is HTML among them is only filmed, by a recorder that takes it for hostile."""


class Firewall(Construct):
    """A web ACL for CloudFront. Attributes: arn."""

    def __init__(self, scope: Construct, name: str, *, stage: Stage) -> None:
        super().__init__(scope, name)
        self._stage = stage
        acl = wafv2.CfnWebACL(
            self,
            "Acl",
            name=stage.prefix,
            scope="CLOUDFRONT",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=self._visible("all"),
            rules=[
                self._rate("too-many-requests", 0, MOST_REQUESTS),
                self._rate("too-many-passwords", 1, MOST_PASSWORDS, "/unlock/"),
                self._managed("AWSManagedRulesAmazonIpReputationList", 2),
                self._managed("AWSManagedRulesKnownBadInputsRuleSet", 3),
                self._managed("AWSManagedRulesCommonRuleSet", 4, SEEN_ONLY),
            ],
            tags=[CfnTag(key="Name", value=stage.prefix)],
        )
        self.arn = acl.attr_arn
        self._log_what_is_blocked(acl)

    def _log_what_is_blocked(self, acl: wafv2.CfnWebACL) -> None:
        stack = Stack.of(self)
        name = f"aws-waf-logs-{self._stage.prefix}"  # WAF takes no other beginning
        group = logs.CfnLogGroup(
            self, "Blocked", log_group_name=name, retention_in_days=self._stage.size.log_days
        )
        group.apply_removal_policy(
            RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if self._stage.size.is_kept else RemovalPolicy.DESTROY
        )
        logged = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{name}"
        writer = logs.ResourcePolicy(
            self,
            "Writer",
            resource_policy_name=name,
            policy_statements=[
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[f"{logged}:*"],
                    conditions={
                        "StringEquals": {"aws:SourceAccount": stack.account},
                        "ArnLike": {
                            "aws:SourceArn": f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:*"
                        },
                    },
                )
            ],
        )
        setting = wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=acl.attr_arn,
            log_destination_configs=[logged],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
                    }
                ],
            },
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": name})
                for name in ("authorization", "cookie")
            ],
        )
        setting.node.add_dependency(group, writer)

    def _visible(self, name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
        return wafv2.CfnWebACL.VisibilityConfigProperty(
            cloud_watch_metrics_enabled=True,
            metric_name=f"{self._stage.prefix}-{name}",
            sampled_requests_enabled=True,
        )

    def _rate(
        self, name: str, priority: int, most: int, path: str | None = None
    ) -> wafv2.CfnWebACL.RuleProperty:
        """path: what it begins with, if not all are counted."""
        counted = path and wafv2.CfnWebACL.StatementProperty(
            byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
                field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(uri_path={}),
                positional_constraint="STARTS_WITH",
                search_string=path,
                text_transformations=[
                    wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="URL_DECODE"),
                    wafv2.CfnWebACL.TextTransformationProperty(priority=1, type="NORMALIZE_PATH"),
                ],
            )
        )
        return wafv2.CfnWebACL.RuleProperty(
            name=name,
            priority=priority,
            action=wafv2.CfnWebACL.RuleActionProperty(
                block=wafv2.CfnWebACL.BlockActionProperty(
                    custom_response=wafv2.CfnWebACL.CustomResponseProperty(
                        response_code=429,
                        response_headers=[
                            wafv2.CfnWebACL.CustomHTTPHeaderProperty(
                                name="Retry-After", value=str(WINDOW_SECONDS)
                            )
                        ],
                    )
                )
            ),
            statement=wafv2.CfnWebACL.StatementProperty(
                rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                    aggregate_key_type="IP",
                    limit=most,
                    evaluation_window_sec=WINDOW_SECONDS,
                    scope_down_statement=counted or None,
                )
            ),
            visibility_config=self._visible(name),
        )

    def _managed(
        self, group: str, priority: int, counted: tuple[str, ...] = ()
    ) -> wafv2.CfnWebACL.RuleProperty:
        """counted: rules of the group that only count."""
        return wafv2.CfnWebACL.RuleProperty(
            name=group,
            priority=priority,
            override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
            statement=wafv2.CfnWebACL.StatementProperty(
                managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                    vendor_name="AWS",
                    name=group,
                    rule_action_overrides=[
                        wafv2.CfnWebACL.RuleActionOverrideProperty(
                            name=rule, action_to_use=wafv2.CfnWebACL.RuleActionProperty(count={})
                        )
                        for rule in counted
                    ]
                    or None,
                )
            ),
            visibility_config=self._visible(group),
        )
