"""The stacks of the edge as they are deployed: nothing in the clear, nothing open, nothing kept too long."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra import edge_headers, view_logs
from shared.analytics import VIEW_LOGS
from shared.analytics.edge_log import FIELDS
from shared.hosting import CONTENT_SECURITY_POLICY, EMBED_CONTENT_SECURITY_POLICY, docs_policy
from tests.support.edge_stacks import DOMAIN, SIGN_IN, edge_templates, only, resources

DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""AWS's own cache policy that keeps nothing."""
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
STAGES = {
    "dev": ("dev", "us-east-1", {}),
    "prod": ("prod", "us-east-1", DOMAIN),
    "far": ("prod", "eu-west-1", DOMAIN),
}


@pytest.fixture(params=STAGES)
def templates(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    name, region, context = STAGES[request.param]
    return edge_templates(name, region, **context)


def config(template: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = only(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    return made


def behaviors(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    made = config(template)
    return {one["PathPattern"]: one for one in made["CacheBehaviors"]} | {"*": made["DefaultCacheBehavior"]}


def named(template: dict[str, Any], reference: Any) -> str:
    """What a policy is called, without the stage."""
    properties = template["Resources"][reference["Ref"]]["Properties"]
    (settings,) = properties.values()
    return str(settings["Name"]).split("-", 2)[2]


def test_each_path_has_its_policies(templates: dict[str, dict[str, Any]]) -> None:
    template = templates["region"]
    made = {
        path: (named(template, one["CachePolicyId"]), named(template, one["ResponseHeadersPolicyId"]))
        for path, one in behaviors(template).items()
        if one["CachePolicyId"] != DISABLED
    }
    assert made == {
        "/v/*": ("pages", "page"),
        "/embed/*": ("pages", "embed"),
        "/media/*/~*": ("media", "file"),
        "/guarded/*": ("media", "file"),
        "/media/*": ("media", "file"),
        "/clips/*": ("clips", "file"),
        "/assets/*": ("assets", "file"),
        "/docs*": ("pages", "docs"),
        "*": ("site", "site"),
    }
    assert [path for path in behaviors(template) if path not in made] == [
        "/b", "/api/*", "/unlock/*", "/health*", "/openapi.json",
    ]  # fmt: skip


def test_a_guarded_path_is_looked_at_before_the_open_one(templates: dict[str, dict[str, Any]]) -> None:
    order = [*behaviors(templates["region"])]
    assert order.index("/media/*/~*") < order.index("/media/*")


def test_nothing_is_sent_in_the_clear(templates: dict[str, dict[str, Any]]) -> None:
    template = templates["region"]
    for path, one in behaviors(template).items():
        cached = one["CachePolicyId"] != DISABLED
        assert one["ViewerProtocolPolicy"] == ("redirect-to-https" if cached else "https-only"), path
    for origin in config(template)["Origins"]:
        custom = origin.get("CustomOriginConfig")
        if custom:
            assert custom["OriginProtocolPolicy"] == "https-only"
            assert custom["OriginSSLProtocols"] == ["TLSv1.2"]
    for policy in resources(template, "AWS::CloudFront::ResponseHeadersPolicy").values():
        security = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 31_536_000
        assert security["ContentTypeOptions"] == {"Override": True}
        assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"]


def test_the_api_gets_everything_and_nothing_of_it_is_kept(templates: dict[str, dict[str, Any]]) -> None:
    for path in ("/api/*", "/unlock/*", "/health*", "/openapi.json"):
        one = behaviors(templates["region"])[path]
        assert (one["CachePolicyId"], one["OriginRequestPolicyId"]) == (DISABLED, ALL_BUT_HOST)
        assert len(one["AllowedMethods"]) == 7
    errors = config(templates["region"])["CustomErrorResponses"]
    kept = {one["ErrorCode"]: one["ErrorCachingMinTTL"] for one in errors}
    assert {400, 403, 404, 405, 500, 502, 503, 504} <= set(kept) and set(kept.values()) == {0}


def test_what_is_cached_is_cached_by_its_path_alone(templates: dict[str, dict[str, Any]]) -> None:
    seconds = {}
    for policy in resources(templates["region"], "AWS::CloudFront::CachePolicy").values():
        made = policy["CachePolicyConfig"]
        key = made["ParametersInCacheKeyAndForwardedToOrigin"]
        assert key["CookiesConfig"] == {"CookieBehavior": "none"}
        assert key["HeadersConfig"] == {"HeaderBehavior": "none"}
        assert key["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
        assert made["MinTTL"] == 0  # or the API's `no-store`, in the place of a page, would not hold
        seconds[made["Name"].split("-", 2)[2]] = (made["DefaultTTL"], made["MaxTTL"])
    assert seconds == {
        "pages": (1, 1),
        "media": (60, 60),
        "clips": (86_400, 86_400),
        "assets": (31_536_000, 31_536_000),
        "site": (60, 31_536_000),
    }


def test_the_policies_are_the_products_own(templates: dict[str, dict[str, Any]]) -> None:
    made = {
        policy["ResponseHeadersPolicyConfig"]["Name"].split("-", 2)[2]: policy["ResponseHeadersPolicyConfig"][
            "SecurityHeadersConfig"
        ]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
        for policy in resources(templates["region"], "AWS::CloudFront::ResponseHeadersPolicy").values()
    }
    assert made["page"] == CONTENT_SECURITY_POLICY
    assert made["embed"] == EMBED_CONTENT_SECURITY_POLICY
    assert made["docs"] == docs_policy(SIGN_IN)
    assert edge_headers.docs_policy(None) == docs_policy()


def test_buckets_are_read_with_a_signature_and_no_more_than_is_served(
    templates: dict[str, dict[str, Any]],
) -> None:
    template = templates["region"]
    control = only(template, "AWS::CloudFront::OriginAccessControl")["OriginAccessControlConfig"]
    assert (control["SigningBehavior"], control["SigningProtocol"]) == ("always", "sigv4")
    buckets = [one for one in config(template)["Origins"] if "S3OriginConfig" in one]
    assert {origin.get("OriginPath", "") for origin in buckets} == {"", "/public"}
    for origin in buckets:
        assert origin["OriginAccessControlId"]["Fn::GetAtt"][0].startswith("DeliveryOriginsSigned")
        assert origin["S3OriginConfig"] == {"OriginAccessIdentity": ""}
    granted = {}
    for policy in resources(template, "AWS::S3::BucketPolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}:
                assert statement["Action"] == "s3:GetObject"
                assert list(statement["Condition"]["StringEquals"]) == ["aws:SourceArn"]
                named = statement["Resource"]
                granted[policy["Bucket"]["Ref"][:4]] = [
                    one["Fn::Join"][1][-1] for one in (named if isinstance(named, list) else [named])
                ]
    assert granted == {"Cont": ["/public/*", "/guarded/*/media/*"], "Site": ["/*"]}


def test_no_secret_is_in_the_template(templates: dict[str, dict[str, Any]]) -> None:
    template = templates["region"]
    (header,) = [
        header for origin in config(template)["Origins"] for header in origin.get("OriginCustomHeaders", [])
    ]
    assert header["HeaderName"] == "x-origin-key"
    before, secret, after = header["HeaderValue"]["Fn::Join"][1]
    assert (before, after) == ("{{resolve:secretsmanager:", ":SecretString:::}}")
    assert secret["Ref"].startswith("OriginKey")
    (code,) = [
        function["FunctionCode"]["Fn::Join"][1]
        for function in resources(template, "AWS::CloudFront::Function").values()
        if isinstance(function["FunctionCode"], dict)
    ]
    before, secret, after = code
    assert before.endswith("const KEY = '{{resolve:secretsmanager:")
    assert after.startswith(":SecretString:::}}'")
    assert secret["Ref"].startswith("LinkKey")


def test_pages_and_the_application_fall_back_to_the_api(templates: dict[str, dict[str, Any]]) -> None:
    template = templates["region"]
    made, origins = config(template), {one["Id"]: one for one in config(template)["Origins"]}
    groups = {group["Id"]: group for group in made["OriginGroups"]["Items"]}
    for path in ("/v/*", "/embed/*", "*"):
        one = behaviors(template)[path]
        group = groups[one["TargetOriginId"]]
        first, second = (origins[member["OriginId"]] for member in group["Members"]["Items"])
        assert "S3OriginConfig" in first and "CustomOriginConfig" in second
        assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [403, 404]
        assert one["AllowedMethods"] == ["GET", "HEAD"]  # CloudFront asks the second for no other


def test_views_are_logged_as_the_product_reads_them(templates: dict[str, dict[str, Any]]) -> None:
    template = templates["views"]
    delivery = only(template, "AWS::Logs::Delivery")
    assert tuple(delivery["RecordFields"]) == FIELDS == view_logs.FIELDS
    assert not delivery["S3SuffixPath"].startswith("/")
    destination = only(template, "AWS::Logs::DeliveryDestination")
    assert destination["OutputFormat"] == "json"
    assert destination["DestinationResourceArn"]["Fn::Join"][1][-1] == "/" + VIEW_LOGS.rstrip("/")
    assert only(template, "AWS::Logs::DeliverySource")["LogType"] == "ACCESS_LOGS"
    (statement,) = [
        statement
        for policy in resources(templates["region"], "AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    ]
    assert statement["Action"] == "s3:PutObject"
    assert statement["Resource"]["Fn::Join"][1][-1] == f"/{VIEW_LOGS}*"
    assert ":logs:us-east-1:" in json.dumps(statement["Condition"]["ArnLike"])


def test_logs_are_delivered_from_us_east_1_wherever_the_rest_is() -> None:
    near, far = (edge_templates(*STAGES[one][:2], **STAGES[one][2]) for one in ("prod", "far"))
    assert near["views"] == near["region"]
    assert resources(far["region"], "AWS::Logs::Delivery") == {}
    assert len(resources(far["views"], "AWS::Logs::Delivery")) == 1


def test_the_firewall_stands_before_everything(templates: dict[str, dict[str, Any]]) -> None:
    acl = config(templates["region"])["WebACLId"]
    assert "Firewall" in json.dumps(acl)
    made = only(templates["edge"], "AWS::WAFv2::WebACL")
    assert made["Scope"] == "CLOUDFRONT" and made["DefaultAction"] == {"Allow": {}}
    rules = {rule["Name"]: rule for rule in made["Rules"]}
    assert [*rules] == [
        "too-many-requests",
        "too-many-passwords",
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    ]
    assert sorted(rule["Priority"] for rule in rules.values()) == [0, 1, 2, 3, 4]
    for rule in rules.values():
        assert rule["VisibilityConfig"]["CloudWatchMetricsEnabled"]
        assert rule.get("OverrideAction", {"None": {}}) == {"None": {}}  # blocks, as its rules say
    rate = rules["too-many-requests"]["Statement"]["RateBasedStatement"]
    assert (rate["Limit"], rate["EvaluationWindowSec"], rate["AggregateKeyType"]) == (20_000, 300, "IP")
    assert "ScopeDownStatement" not in rate
    assert set(rules["too-many-requests"]["Action"]) == {"Block"}


def test_a_large_body_with_html_and_addresses_gets_through(templates: dict[str, dict[str, Any]]) -> None:
    rules = only(templates["edge"], "AWS::WAFv2::WebACL")["Rules"]
    group = next(rule for rule in rules if rule["Name"] == "AWSManagedRulesCommonRuleSet")
    counted = {
        one["Name"]
        for one in group["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
        if one["ActionToUse"] == {"Count": {}}
    }
    assert {"SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericRFI_BODY"} <= counted
    assert all(name.endswith("_BODY") for name in counted)


def test_what_is_blocked_is_logged_without_tokens(templates: dict[str, dict[str, Any]]) -> None:
    template = templates["edge"]
    group = only(template, "AWS::Logs::LogGroup")
    assert group["LogGroupName"].startswith("aws-waf-logs-leadreel-") and group["RetentionInDays"] > 0
    logging = only(template, "AWS::WAFv2::LoggingConfiguration")
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP"
    (kept,) = logging["LoggingFilter"]["Filters"]
    assert kept["Conditions"] == [{"ActionCondition": {"Action": "BLOCK"}}]
    assert [one["SingleHeader"]["Name"] for one in logging["RedactedFields"]] == ["authorization", "cookie"]


def test_a_domain_has_its_certificate_and_its_records() -> None:
    for one in ("prod", "far"):
        made = edge_templates(*STAGES[one][:2], **STAGES[one][2])
        certificate = only(made["edge"], "AWS::CertificateManager::Certificate")
        assert (certificate["DomainName"], certificate["ValidationMethod"]) == ("video.acme.com", "DNS")
        viewer = config(made["region"])["ViewerCertificate"]
        assert (viewer["MinimumProtocolVersion"], viewer["SslSupportMethod"]) == ("TLSv1.2_2021", "sni-only")
        assert config(made["region"])["Aliases"] == ["video.acme.com"]
        records = resources(made["region"], "AWS::Route53::RecordSet").values()
        assert sorted((one["Type"], one["Name"]) for one in records) == [
            ("A", "video.acme.com."),
            ("AAAA", "video.acme.com."),
        ]


def test_without_a_domain_there_is_none_of_it() -> None:
    made = edge_templates("dev", "us-east-1")
    assert resources(made["edge"], "AWS::CertificateManager::Certificate") == {}
    assert resources(made["region"], "AWS::Route53::RecordSet") == {}
    assert "Aliases" not in config(made["region"])


def test_it_speaks_the_newest_http_and_reaches_as_far_as_its_stage(
    templates: dict[str, dict[str, Any]],
) -> None:
    made = config(templates["region"])
    assert (made["HttpVersion"], made["IPV6Enabled"]) == ("http2and3", True)
    assert made["PriceClass"] == ("PriceClass_All" if "prod" in made["Comment"] else "PriceClass_100")


def test_names_start_with_the_stage(templates: dict[str, dict[str, Any]]) -> None:
    prefix = config(templates["region"])["Comment"].partition(",")[0].lower().replace(" ", "-")
    for template in templates.values():
        for kind in ("AWS::CloudFront::Function", "AWS::WAFv2::WebACL", "AWS::Logs::DeliverySource"):
            for properties in resources(template, kind).values():
                assert properties["Name"].startswith(prefix)
