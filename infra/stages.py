"""The three stages, and what the command line may say of one (`-c name=value`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Literal

from constructs import Node

Name = Literal["dev", "staging", "prod"]


class WrongContext(ValueError):
    """A context value can't be used; the text names it."""


@dataclass(frozen=True)
class Size:
    """What a stage costs and survives.

    zones: availability zones. is_kept: nothing that holds data goes with the stack, and deletion is refused.
    nat: how functions reach vendors; an instance of $3 a month, or gateways of $33 each.
    log_days, backup_days: how long they are kept.
    """

    is_kept: bool
    zones: int
    multi_az: bool
    instance: str
    nat: Literal["instance", "gateway"]
    nat_gateways: int
    log_days: int
    backup_days: int


SIZES: dict[Name, Size] = {
    "dev": Size(
        is_kept=False,
        zones=2,
        multi_az=False,
        instance="t4g.micro",
        nat="instance",
        nat_gateways=1,
        log_days=7,
        backup_days=1,
    ),
    "staging": Size(
        is_kept=False,
        zones=2,
        multi_az=False,
        instance="t4g.small",
        nat="gateway",
        nat_gateways=1,
        log_days=30,
        backup_days=7,
    ),
    "prod": Size(
        is_kept=True,
        zones=2,
        multi_az=True,
        instance="t4g.medium",
        nat="gateway",
        nat_gateways=2,
        log_days=90,
        backup_days=35,
    ),
}


@dataclass(frozen=True)
class Stage:
    """A stage as it is deployed.

    architecture: of every function. database: an instance, or Aurora Serverless v2.
    reserves: whether functions have concurrency of their own (new accounts have too little).
    domain: where the site is served, with the Route 53 zone that it lies in; None: CloudFront's own address.
    admin_email: of the first owner. alarm_email: whom alarms and the budget tell. from_email: whom mail to
    leads is from; None: none is sent.
    vendors: whose keys there are. programs: what signs in by itself, an app client each.
    keys: changed with the keys in the secrets, so that everything reads them anew. cost_centre: a tag.
    """

    name: Name
    size: Size
    region: str
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    database: Literal["instance", "aurora"] = "instance"
    reserves: bool = False
    domain: str | None = None
    zone_id: str | None = None
    zone_name: str | None = None
    admin_email: str | None = None
    alarm_email: str | None = None
    from_email: str | None = None
    budget_usd: int = 100
    vendors: tuple[str, ...] = ()
    programs: tuple[str, ...] = ("program",)
    keys: str = "1"
    cost_centre: str = "leadreel"

    @property
    def prefix(self) -> str:
        """What names in the account start with."""
        return f"leadreel-{self.name}"


def read_stage(node: Node, region: str) -> Stage:
    """Of the context values, which docs/deploy.md lists.

    Raises:
        WrongContext: naming the value.
    """
    name = _one_of(node, "stage", ("dev", "staging", "prod"), "dev")
    stage = Stage(
        name=name,  # type: ignore[arg-type]
        size=SIZES[name],  # type: ignore[index]
        region=region,
        architecture=_one_of(node, "architecture", ("x86_64", "arm64"), "x86_64"),  # type: ignore[arg-type]
        database=_one_of(node, "database", ("instance", "aurora"), "instance"),  # type: ignore[arg-type]
        reserves=_one_of(node, "reserve_concurrency", ("true", "false"), "false") == "true",
        domain=_text(node, "domain"),
        zone_id=_text(node, "zone_id"),
        zone_name=_text(node, "zone_name"),
        admin_email=_text(node, "admin_email"),
        alarm_email=_text(node, "alarm_email"),
        from_email=_text(node, "from_email"),
        budget_usd=_dollars(node, "budget_usd", 100),
        vendors=_names(node, "vendors", "", ("elevenlabs", "openrouter")),
        programs=_names(node, "programs", "program"),
        keys=_text(node, "keys") or "1",
        cost_centre=_text(node, "cost_centre") or "leadreel",
    )
    if stage.domain and not (stage.zone_id and stage.zone_name):
        raise WrongContext("a domain needs zone_id and zone_name too, the Route 53 zone that it lies in")
    if stage.domain and not f".{stage.domain}".endswith(f".{stage.zone_name}"):
        raise WrongContext(f"domain: {stage.domain} does not lie in the zone {stage.zone_name}")
    if stage.from_email and not re.search("[^@]@[^@]+$", parseaddr(stage.from_email)[1]):
        raise WrongContext(f"from_email: {stage.from_email!r} is no address, such as ana@acme.com")
    return stage


def _text(node: Node, key: str) -> str | None:
    value = node.try_get_context(key)
    return str(value).strip() or None if value is not None else None


def _one_of(node: Node, key: str, values: tuple[str, ...], default: str) -> str:
    value = (_text(node, key) or default).lower()
    if value not in values:
        raise WrongContext(f"{key}: {value!r} is none of {', '.join(values)}")
    return value


def _dollars(node: Node, key: str, default: int) -> int:
    value = _text(node, key) or str(default)
    if not value.isdigit() or int(value) < 1:
        raise WrongContext(f"{key}: {value!r} is no whole number of dollars")
    return int(value)


def _names(node: Node, key: str, default: str, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Separated by commas; of those that are known, if any are."""
    names = tuple(part.strip() for part in (_text(node, key) or default).split(",") if part.strip())
    for name in names:
        if known and name not in known:
            raise WrongContext(f"{key}: {name!r} is none of {', '.join(known)}")
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name):
            raise WrongContext(f"{key}: {name!r} has other than small letters, digits and -")
    return names
