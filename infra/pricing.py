"""What a stage costs: a month in which nobody uses it, and 1,000 videos of 60 s.

From the synthesised templates, functions.toml, the pipeline's ASL, measured seconds
(shared/costs/assumed.toml) and two price files. Reckoned without free tiers and discounts, for us-east-1, and
without what vendors charge.

    python -m infra.pricing build/cdk.out/leadreel-dev*.template.json
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Literal

from functions.catalogue import Limits, read_limits
from infra.price_list import ROOT, PriceList, read_price_list
from infra.standing import Line, Template, architecture, standing
from infra.walking import Walk, walk

VIDEOS = 1000
SECONDS = 60
MADE_BY = {"compose": ("encode", "compose")}
"""The functions of a step of shared/costs/assumed.toml, where they are not just the one of its name."""
Kind = Literal["shared", "cold"]


@dataclass(frozen=True)
class Bill:
    """lines: what is paid for, the dearest first."""

    lines: tuple[Line, ...]

    @property
    def usd(self) -> Decimal:
        return sum((line.usd for line in self.lines), Decimal(0))

    def table(self) -> str:
        """As Markdown, to the cent."""
        rows = [f"| {line.what} | {_plain(line.count)} | {cents(line.usd)} |" for line in self.lines]
        head = ["| what | how many | USD |", "| --- | ---: | ---: |"]
        return "\n".join([*head, *rows, f"| **together** | | **{cents(self.usd)}** |"])


def idle_month(templates: Sequence[Template], prices: PriceList | None = None) -> Bill:
    """Of all stacks of a stage. Raises UnknownResource, UnknownPrice."""
    return _bill(standing(_resources(templates), prices or read_price_list(), read_usage()))


def thousand_videos(
    templates: Sequence[Template],
    kind: Kind,
    prices: PriceList | None = None,
    limits: Mapping[str, Limits] | None = None,
    seconds: Mapping[str, Any] | None = None,
) -> Bill:
    """Made in a batch, kept for a month and seen a few times.

    kind: whether they share a page that was filmed before, or each has its own. limits: of functions.toml.
    seconds: of the steps, as in shared/costs/assumed.toml. Raises UnknownPrice.
    """
    work = _Work(
        resources=_resources(templates),
        prices=prices or read_price_list(),
        limits=limits or read_limits(),
        seconds=seconds or _read("shared/costs/assumed.toml"),
        usage=read_usage(),
        kind=kind,
    )
    return _bill([*work.steps(), *work.around(), *work.kept(), *work.seen()])


def read_usage() -> Mapping[str, Any]:
    """infra/usage.toml, with exact numbers."""
    return _read("infra/usage.toml")


@dataclass(frozen=True)
class _Work:
    """What 1,000 videos take, in groups of lines."""

    resources: Mapping[str, Mapping[str, Any]]
    prices: PriceList
    limits: Mapping[str, Limits]
    seconds: Mapping[str, Any]
    usage: Mapping[str, Any]
    kind: Kind

    def steps(self) -> list[Line]:
        """The functions of the pipeline, and the machine that calls them."""
        lines = []
        for step, told in self.seconds.items():
            if "memory_mb" in told:
                billed = (told[self.kind]["fixed"] + told[self.kind]["per_second"] * SECONDS) * VIDEOS
                memory = max(self.limits[each].memory_mb for each in MADE_BY.get(step, (step,)))
                lines.append(self._compute(f"Lambda: {step}, GB-seconds", billed, memory))
        way = self._way()
        rounds = Decimal(self.usage["batch"]["rounds"])
        transitions = way.transitions * VIDEOS + rounds * 3
        price = self.prices.product_of("step_functions_transition")
        return [*lines, Line("Step Functions, transitions", transitions, transitions * price)]

    def around(self) -> list[Line]:
        """What happens beside the steps: requests, logs, costs written down, turns of the batch."""
        around, batch = self.usage["around"], self.usage["batch"]
        made = sum(self._way().calls.values()) * VIDEOS + Decimal(batch["rounds"])
        asked = Decimal(around["api_requests"]) * VIDEOS
        called = 2 * (made + asked)  # and each once more, by the log that tells what it cost
        log_gb = called * around["log_kb_an_invocation"] / 1024 / 1024
        nat_gb = (
            self._of_kind("through_nat_mb") * VIDEOS / 1024
            if self._has("AWS::EC2::NatGateway")
            else Decimal(0)
        )
        memory = {name: self.limits[name].memory_mb for name in ("ingest_costs", "start_videos", "api")}
        return [
            self._compute(
                "Lambda: ingest_costs, GB-seconds",
                (made + asked) * around["ingest_seconds"],
                memory["ingest_costs"],
            ),
            self._compute(
                "Lambda: start_videos, GB-seconds",
                batch["rounds"] * Decimal(batch["round_seconds"]),
                memory["start_videos"],
            ),
            self._compute("Lambda: api, GB-seconds", asked * around["api_seconds"], memory["api"]),
            Line("Lambda, requests", called, called * self.prices.product_of("lambda_request")),
            self._line("API, requests", asked, "edge", "http_api_request"),
            self._line("logs, GB", log_gb, "cloudwatch", "log_gb"),
            self._line("X-Ray, traces", asked + VIDEOS, "edge", "xray_trace"),
            self._line("through the NAT gateway, GB", nat_gb, "ec2", "nat_gateway_gb"),
        ]

    def kept(self) -> list[Line]:
        """For a month."""
        gb = self._of_kind("stored_mb") * VIDEOS / 1024
        written, read = (self._of_kind(f"objects_{each}") * VIDEOS for each in ("written", "read"))
        lines = [
            Line("S3, GB for a month", gb, gb * self.prices.product_of("s3_gb_month")),
            Line("S3, objects written", written, written * self.prices.product_of("s3_put")),
            Line("S3, objects read", read, read * self.prices.product_of("s3_get")),
        ]
        if self._has("AWS::Backup::BackupPlan"):
            least = written * 128 / 1024 / 1024  # an object counts as 128 KB at least
            lines.append(
                self._line("backup of S3, GB for a month", max(gb, least), "edge", "s3_backup_gb_month")
            )
        return lines

    def seen(self) -> list[Line]:
        """By the people who get them."""
        told = self.usage["watching"]
        views = Decimal(told["views"]) * VIDEOS
        gb = views * told["mb_a_view"] / 1024
        beacons = views * told["beacons_a_view"]
        requests = views * told["requests_a_view"] + beacons
        return [
            Line("CloudFront, GB", gb, gb * self.prices.product_of("cloudfront_gb")),
            self._line("CloudFront, requests", requests, "edge", "cloudfront_https_request"),
            self._line("CloudFront, functions", beacons, "edge", "cloudfront_function"),
            self._line("WAF, requests", requests, "security", "web_acl_request")
            if self._has("AWS::WAFv2::WebACL")
            else Line("WAF, requests", Decimal(0), Decimal(0)),
        ]

    def _way(self) -> Walk:
        definition = json.loads((ROOT / "functions" / "pipeline.asl.json").read_text())
        lengths = {"record": int(self._of_kind("scenes")), "encode": int(self._of_kind("shots"))}
        return walk(definition, lengths)

    def _compute(self, what: str, billed_seconds: Decimal, memory_mb: int) -> Line:
        kind = architecture([each["Properties"] for each in self.resources.values() if _is_function(each)])
        gb_seconds = billed_seconds * memory_mb / 1024
        return Line(what, gb_seconds, gb_seconds * self.prices.gb_second(kind))

    def _line(self, what: str, count: Decimal, table: str, price: str) -> Line:
        return Line(what, count, count * self.prices.of(table, price))

    def _of_kind(self, name: str) -> Decimal:
        return Decimal(self.usage[self.kind][name])

    def _has(self, kind: str) -> bool:
        return any(each["Type"] == kind for each in self.resources.values())


def _is_function(resource: Mapping[str, Any]) -> bool:
    return resource["Type"] == "AWS::Lambda::Function" and "Properties" in resource


def _resources(templates: Sequence[Template]) -> dict[str, Mapping[str, Any]]:
    """Of all stacks in one; two may use a name each for itself."""
    return {
        name if number == 0 else f"{name}/{number}": resource
        for number, template in enumerate(templates)
        for name, resource in template.get("Resources", {}).items()
    }


def _bill(lines: Sequence[Line]) -> Bill:
    return Bill(tuple(sorted((line for line in lines if line.usd), key=lambda line: -line.usd)))


def _read(path: str) -> Mapping[str, Any]:
    return tomllib.loads((ROOT / path).read_text(), parse_float=Decimal)


def cents(usd: Decimal) -> Decimal:
    return usd.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _plain(count: Decimal) -> str:
    return f"{count.quantize(Decimal(1)):,}" if count >= 100 or count == int(count) else f"{count:.1f}"


def main(paths: Sequence[str]) -> None:
    """Print the three bills of a stage whose templates lie at `paths`."""
    templates = [json.loads(Path(path).read_text()) for path in paths]
    for title, bill in {
        "A month without use": idle_month(templates),
        "1,000 videos of one campaign": thousand_videos(templates, "shared"),
        "1,000 videos of a page each": thousand_videos(templates, "cold"),
    }.items():
        print(f"### {title}\n\n{bill.table()}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
