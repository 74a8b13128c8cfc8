"""How long CloudFront keeps what it fetched, a policy for each kind of path.

No query string, header or cookie is part of what an answer is kept under, or reaches the buckets.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from infra.stages import Stage


class EdgeCaching(Construct):
    """The policies.

    pages    a second: what is withdrawn, or gets a password, is gone at once; a page is small and read by few
    media    a minute: a video's own files go with it, and lie in the bucket's region anyway
    clips    a day: many videos share them, and the last one that goes takes them along
    assets   a year: their names have their versions
    site     a minute, unless a file's own Cache-Control says more
    """

    def __init__(self, scope: Construct, name: str, *, stage: Stage) -> None:
        super().__init__(scope, name)
        self._stage = stage
        second, minute = Duration.seconds(1), Duration.minutes(1)
        self.pages = self._policy("pages", second, second)
        self.media = self._policy("media", minute, minute)
        self.clips = self._policy("clips", Duration.days(1), Duration.days(1))
        self.assets = self._policy("assets", Duration.days(365), Duration.days(365))
        self.site = self._policy("site", minute, Duration.days(365))

    def _policy(self, name: str, usual: Duration, most: Duration) -> cloudfront.CachePolicy:
        return cloudfront.CachePolicy(
            self,
            name.capitalize(),
            cache_policy_name=f"{self._stage.prefix}-{name}",
            min_ttl=Duration.seconds(0),  # so that `no-store` holds
            default_ttl=usual,
            max_ttl=most,
            cookie_behavior=cloudfront.CacheCookieBehavior.none(),
            header_behavior=cloudfront.CacheHeaderBehavior.none(),
            query_string_behavior=cloudfront.CacheQueryStringBehavior.none(),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )
