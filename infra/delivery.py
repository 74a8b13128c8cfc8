"""CloudFront, the only way in: pages, media and the application from buckets, the rest from the API.

What is served at which path, and with which headers, is what `local/edge.py` does on one machine.
"""

from __future__ import annotations

from aws_cdk import Acknowledgment, Duration, Validations
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.edge_caching import EdgeCaching
from infra.edge_code import EdgeCode
from infra.edge_headers import EdgeHeaders
from infra.origins import Origins
from infra.stages import Name, Stage
from infra.view_logs import place_view_logs

PRICE_CLASSES: dict[Name, cloudfront.PriceClass] = {
    "dev": cloudfront.PriceClass.PRICE_CLASS_100,  # North America and Europe
    "staging": cloudfront.PriceClass.PRICE_CLASS_100,
    "prod": cloudfront.PriceClass.PRICE_CLASS_ALL,  # leads are anywhere
}
API_PATHS = ("/api/*", "/unlock/*", "/health*", "/openapi.json")
ERRORS = (400, 403, 404, 405, 414, 500, 501, 502, 503, 504)
"""CloudFront keeps these for ten seconds unless it is told otherwise, most of them whatever Cache-Control
says: one caller's 403 would be the next one's, and a page published after it was asked for would be missing.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html"""
TO_HTTPS = cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS
HTTPS_ONLY = cloudfront.ViewerProtocolPolicy.HTTPS_ONLY
"""For what carries a token or a body, which a redirect would have sent in the clear already."""


class Delivery(Construct):
    """distribution. domain: the host name that people use. url: with `https://` before it.

    content, site: the buckets. origin_key: what the API knows CloudFront by. link_key: what guarded media's
    addresses are signed with. certificate: of the stage's domain; None without one. sign_in: the origin where
    people sign in, which /docs and the application ask for tokens.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        stage: Stage,
        content: s3.IBucket,
        site: s3.IBucket,
        api: apigatewayv2.IHttpApi,
        origin_key: secretsmanager.ISecret,
        link_key: secretsmanager.ISecret,
        certificate: acm.ICertificate | None,
        web_acl_arn: str,
        sign_in: str | None = None,
    ) -> None:
        super().__init__(scope, name)
        storage = f"https://{content.bucket_regional_domain_name}"
        self._headers = EdgeHeaders(self, "Headers", stage=stage, sign_in=sign_in, storage=storage)
        self._caching = EdgeCaching(self, "Caching", stage=stage)
        self._code = EdgeCode(self, "Code", stage=stage, link_key=link_key)
        self._origins = Origins(
            self, "Origins", stage=stage, content=content, site=site, api=api, origin_key=origin_key
        )
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Leadreel {stage.name}, keys {stage.keys}",  # changed, it reads ORIGIN_KEY anew
            default_behavior=self._site(),
            additional_behaviors=self._behaviors(),
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0)) for status in ERRORS
            ],
            domain_names=[stage.domain] if stage.domain else None,
            certificate=certificate,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            enable_ipv6=True,
            price_class=PRICE_CLASSES[stage.name],
            web_acl_id=web_acl_arn,
        )
        self._origins.let_read(self.distribution)
        self.domain = stage.domain or self.distribution.distribution_domain_name
        self.url = f"https://{self.domain}"
        self._name(stage)
        self._acknowledge(stage)
        self.log_stack = place_view_logs(self, stage=stage, distribution=self.distribution, content=content)

    def _acknowledge(self, stage: Stage) -> None:
        """What is found by those who look for it, and why it stays."""
        reasons = {
            "CFR1": "Whoever gets a video may be in any country, and so may who sends it.",
            "CFR3": "There are access logs: standard logging v2, a delivery of its own (ViewLogs).",
        }
        if not stage.domain:
            reasons["CFR4"] = (
                "Without a domain CloudFront shows its own certificate, for which it takes no other minimum; "
                "with one it is TLS 1.2 (TLSv1.2_2021)."
            )
        Validations.of(self.distribution).acknowledge(
            *(
                Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
                for rule, reason in reasons.items()
            )
        )

    def _behaviors(self) -> dict[str, cloudfront.BehaviorOptions]:
        """By path; the first that fits is taken."""
        headers, caching, origins, code = self._headers, self._caching, self._origins, self._code
        guarded = self._files(origins.guarded, caching.media, code.guarded, headers.file)
        return {
            "/v/*": self._files(origins.pages, caching.pages, code.pages, headers.page),
            "/embed/*": self._files(origins.pages, caching.pages, code.pages, headers.embed),
            "/media/*/~*": guarded,
            "/guarded/*": guarded,  # what the function asks of the bucket, by itself: refused
            "/media/*": self._files(origins.public, caching.media, code.files, headers.file),
            "/clips/*": self._files(origins.public, caching.clips, code.files, headers.file),
            "/assets/*": self._files(origins.public, caching.assets, code.files, headers.file),
            "/docs*": self._files(origins.public, caching.pages, code.files, headers.docs),
            "/b": self._uncached(code.beacon),
            **{path: self._uncached(code.api) for path in API_PATHS},
        }

    def _site(self) -> cloudfront.BehaviorOptions:
        return self._files(self._origins.site, self._caching.site, self._code.site, self._headers.site)

    def _files(
        self,
        origin: cloudfront.IOrigin,
        caching: cloudfront.ICachePolicy,
        before: cloudfront.IFunction,
        headers: cloudfront.IResponseHeadersPolicy,
    ) -> cloudfront.BehaviorOptions:
        """What a bucket has: to be read, never written."""
        return cloudfront.BehaviorOptions(
            origin=origin,
            viewer_protocol_policy=TO_HTTPS,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
            cache_policy=caching,
            response_headers_policy=headers,
            compress=True,
            function_associations=[
                cloudfront.FunctionAssociation(
                    function=before, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                ),
                cloudfront.FunctionAssociation(
                    function=self._code.kept, event_type=cloudfront.FunctionEventType.VIEWER_RESPONSE
                ),
            ],
        )

    def _uncached(self, before: cloudfront.IFunction) -> cloudfront.BehaviorOptions:
        """The API, with all that the viewer sent but the host's name, which API Gateway knows itself by."""
        return cloudfront.BehaviorOptions(
            origin=self._origins.api,
            viewer_protocol_policy=HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=self._headers.api,
            compress=True,
            function_associations=[
                cloudfront.FunctionAssociation(
                    function=before, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                )
            ],
        )

    def _name(self, stage: Stage) -> None:
        """The domain's records, in its zone."""
        if not (stage.domain and stage.zone_id and stage.zone_name):
            return
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=stage.zone_id, zone_name=stage.zone_name
        )
        target = route53.RecordTarget.from_alias(targets.CloudFrontTarget(self.distribution))
        for record in (route53.ARecord, route53.AaaaRecord):
            record(self, record.__name__, zone=zone, record_name=f"{stage.domain}.", target=target)
