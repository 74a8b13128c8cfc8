"""What browsers are told of each kind of answer: where it may load from, who may frame it, HTTPS from now on.

The policies of pages and docs are the words of `shared/hosting`, which nothing here imports; a test compares
them. How long an answer is kept is said by `edge_functions/kept.js`, for what was found only.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from infra.stages import Stage

_PAGE = (
    "default-src 'none'; img-src 'self' data:; media-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
    "frame-src https://www.loom.com; form-action 'none'; style-src 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'"
)
PAGE_POLICY = f"{_PAGE}; frame-ancestors 'none'"
EMBED_POLICY = f"{_PAGE}; frame-ancestors *"
FILE_POLICY = "sandbox"
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
HSTS_SECONDS = 31_536_000


def docs_policy(sign_in: str | None) -> str:
    """sign_in: the origin where people sign in, such as `https://….amazoncognito.com`."""
    connect = " ".join(["'self'", *([sign_in] if sign_in else [])])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def site_policy(sign_in: str | None, storage: str) -> str:
    """storage: the bucket's origin, which plays and takes what only its workspace may see."""
    connect = " ".join(["'self'", storage, *([sign_in] if sign_in else [])])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        f"img-src 'self' data: {storage}; "
        f"media-src 'self' blob: {storage}; connect-src {connect}; frame-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class EdgeHeaders(Construct):
    """A response headers policy for each kind of answer.

    sign_in, storage: origins, as above. What the API says itself stands, also in the place of a page.
    """

    def __init__(
        self, scope: Construct, name: str, *, stage: Stage, sign_in: str | None, storage: str
    ) -> None:
        super().__init__(scope, name)
        self._stage = stage
        self.page = self._policy("page", PAGE_POLICY)
        self.embed = self._policy("embed", EMBED_POLICY)
        self.file = self._policy("file", FILE_POLICY)
        self.docs = self._policy("docs", docs_policy(sign_in))
        self.site = self._policy("site", site_policy(sign_in, storage))
        self.api = self._policy("api", API_POLICY, referrer=cloudfront.HeadersReferrerPolicy.NO_REFERRER)

    def _policy(
        self,
        name: str,
        content: str,
        referrer: cloudfront.HeadersReferrerPolicy = (
            cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN
        ),
    ) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            self,
            name.capitalize(),
            response_headers_policy_name=f"{self._stage.prefix}-{name}",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=content, override=False
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=referrer, override=False
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.seconds(HSTS_SECONDS), override=False
                ),
            ),
            remove_headers=["x-amz-server-side-encryption", "x-amz-version-id"],
        )
