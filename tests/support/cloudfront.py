"""A distribution as its template describes it, as far as our tests ask: which behaviour takes a path, what
its functions make of it, what the origins answer, which headers are added. It keeps nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.edge_functions import request_event, response_event, run
from tests.support.edge_stacks import only, resources


@dataclass(frozen=True)
class Got:
    """An answer. headers: by names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


Api = Callable[[str, str, Mapping[str, str]], Got]  # method, path, headers: what API Gateway gets


@dataclass
class CloudFront:
    """template: of the region's stack. content, site: objects by key. link_key: in place of the reference.

    asked: buckets and keys that were asked for.
    """

    template: dict[str, Any]
    content: dict[str, bytes]
    site: dict[str, bytes]
    api: Api
    link_key: str
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._config = only(self.template, "AWS::CloudFront::Distribution")["DistributionConfig"]
        self._origins = {origin["Id"]: origin for origin in self._config["Origins"]}
        self._groups = {group["Id"]: group for group in self._config["OriginGroups"]["Items"]}

    def behavior(self, path: str) -> dict[str, Any]:
        """The first that fits."""
        fitting = (one for one in self._config["CacheBehaviors"] if _fits(one["PathPattern"], path))
        found: dict[str, Any] = next(fitting, self._config["DefaultCacheBehavior"])
        return found

    def get(self, path: str, method: str = "GET", **headers: str) -> Got:
        """path: as the viewer sent it, without a query."""
        behavior = self.behavior(path)
        if method not in behavior["AllowedMethods"]:
            return Got(403, {})
        event = request_event(path, method, **headers)
        made = self._run(behavior, "viewer-request", event)
        if "statusCode" in made:
            return Got(made["statusCode"], _flat(made["headers"]), made.get("body", "").encode())
        found = self._fetch(behavior["TargetOriginId"], method, made["uri"], _flat(made["headers"]))
        said = found.headers | self._policy(behavior, found.headers)
        if found.status >= 400 or not self._has(behavior, "viewer-response"):
            return Got(found.status, said, found.body)
        answered = self._run(behavior, "viewer-response", response_event(made["uri"], said, found.status))
        return Got(found.status, _flat(answered["headers"]), found.body)

    def _has(self, behavior: dict[str, Any], moment: str) -> bool:
        return any(one["EventType"] == moment for one in behavior["FunctionAssociations"])

    def _run(self, behavior: dict[str, Any], moment: str, event: dict[str, Any]) -> dict[str, Any]:
        (arn,) = (
            one["FunctionARN"] for one in behavior["FunctionAssociations"] if one["EventType"] == moment
        )
        function = self.template["Resources"][arn["Fn::GetAtt"][0]]["Properties"]["FunctionCode"]
        if isinstance(function, dict):
            function = re.sub(r"\{\{resolve:.*?\}\}", self.link_key, _joined(function))
        return run(function, [event])[0]

    def _fetch(self, target: str, method: str, uri: str, headers: dict[str, str]) -> Got:
        group = self._groups.get(target)
        if group is None:
            return self._ask(self._origins[target], method, uri, headers)
        first, second = (self._origins[member["OriginId"]] for member in group["Members"]["Items"])
        found = self._ask(first, method, uri, headers)
        if found.status in group["FailoverCriteria"]["StatusCodes"]["Items"]:
            return self._ask(second, method, uri, headers)
        return found

    def _ask(self, origin: dict[str, Any], method: str, uri: str, headers: dict[str, str]) -> Got:
        if "CustomOriginConfig" in origin:
            own = {one["HeaderName"]: _joined(one["HeaderValue"]) for one in origin["OriginCustomHeaders"]}
            return self.api(method, uri, headers | own)
        key = (origin.get("OriginPath", "") + uri).removeprefix("/")
        bucket = "Content" if origin["DomainName"]["Fn::GetAtt"][0].startswith("Content") else "Site"
        objects = self.content if bucket == "Content" else self.site
        self.asked.append((bucket, key))
        if key not in objects or not self.may_read(bucket, key):
            return Got(403, {"content-type": "application/xml"}, b"<Error><Code>AccessDenied</Code></Error>")
        return Got(200, {"etag": '"1"', "x-amz-server-side-encryption": "AES256"}, objects[key])

    def may_read(self, bucket: str, key: str) -> bool:
        """bucket: what its logical id begins with."""
        for policy in resources(self.template, "AWS::S3::BucketPolicy").values():
            if not policy["Bucket"]["Ref"].startswith(bucket):
                continue
            for statement in policy["PolicyDocument"]["Statement"]:
                if statement["Principal"] != {"Service": "cloudfront.amazonaws.com"}:
                    continue
                named = statement["Resource"]
                for one in named if isinstance(named, list) else [named]:
                    if _fits(_joined(one).partition("/")[2], key):
                        return True
        return False

    def _policy(self, behavior: dict[str, Any], said: dict[str, str]) -> dict[str, str]:
        made = self.template["Resources"][behavior["ResponseHeadersPolicyId"]["Ref"]]["Properties"]
        own = made["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        lasting = own["StrictTransportSecurity"]["AccessControlMaxAgeSec"]
        values = {
            "content-security-policy": _joined(own["ContentSecurityPolicy"]["ContentSecurityPolicy"]),
            "referrer-policy": own["ReferrerPolicy"]["ReferrerPolicy"],
            "strict-transport-security": f"max-age={lasting}",
        }
        return {"x-content-type-options": "nosniff"} | {
            name: value for name, value in values.items() if name not in said
        }


def _fits(pattern: str, path: str) -> bool:
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), path, re.S) is not None


def _flat(headers: dict[str, Any]) -> dict[str, str]:
    return {name: said["value"] for name, said in headers.items()}


def _joined(value: Any) -> str:
    """Of `Fn::Join`; what it refers to is `…`."""
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else "…" for part in value["Fn::Join"][1])
