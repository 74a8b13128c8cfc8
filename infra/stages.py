"""The three stages, and what the command line (`-c name=value`) and stages.toml may say of one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from constructs import Node

from shared.settings import SENDER

Name = Literal["dev", "staging", "prod"]


class WrongContext(ValueError):
    """A context value can't be used; the text names it."""


@dataclass(frozen=True)
class Size:
    """What a stage costs and survives.

    zones: so many availability zones at least.
    is_kept: nothing that holds data goes with the stack, and deletion is refused.
    nat: how functions reach vendors; an instance of $7 a month, or gateways of $36 each.
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
    zones: the availability zones by name; none: the first ones of the region.
    reserve_concurrency: whether functions have concurrency of their own (new accounts have too little).
    domain: where the site is served, with the Route 53 zone that it lies in; None: CloudFront's own address.
    admin_email: of the first owner. alarm_email: whom alarms and the budget tell. from_email: whom mail to
    leads is from; None: none is sent. ses_identity: whether SES knows the address, or its domain, already.
    vendors: whose keys there are. programs: what signs in by itself, an app client each.
    keys: changed with the keys in the secrets, so that everything reads them anew. cost_centre: a tag.
    """

    name: Name
    size: Size
    region: str
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    database: Literal["instance", "aurora"] = "instance"
    zones: tuple[str, ...] = ()
    reserve_concurrency: bool = False
    domain: str | None = None
    zone_id: str | None = None
    zone_name: str | None = None
    admin_email: str | None = None
    alarm_email: str | None = None
    from_email: str | None = None
    ses_identity: Literal["new", "existing"] = "new"
    budget_usd: int = 100
    vendors: tuple[str, ...] = ()
    programs: tuple[str, ...] = ("program",)
    keys: str = "1"
    cost_centre: str = "leadreel"

    @property
    def prefix(self) -> str:
        """What names in the account start with."""
        return f"leadreel-{self.name}"


KNOWN = frozenset(each.name for each in fields(Stage)) - {"name", "size", "region"}
"""What may be said of a stage; `stage` itself is said by the command line, and by the file's tables."""


@dataclass(frozen=True)
class Said:
    """Context values, and where they say nothing the stage's table in the file. file: its name."""

    context: Node
    table: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""

    def get(self, key: str) -> str | None:
        """Raises WrongContext for a type of TOML's that nothing here is."""
        value = self.context.try_get_context(key)
        if value is None:
            value = self.table.get(key)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return ",".join(value)
        if value is None or isinstance(value, str | int):
            return None if value is None else str(value)
        raise WrongContext(
            f"{self.place(key)}: {value!r} is no text, whole number, true, false or list of texts"
        )

    def place(self, key: str) -> str:
        """The value's name, and where it stands unless on the command line."""
        in_file = key in self.table and self.context.try_get_context(key) is None
        return f"{self.file}, {key}" if in_file else key


def read_stage(context: Node, region: str, file: Path | None = None) -> Stage:
    """Of the context values, which docs/deploy.md lists; of the file (stages.toml) where they say nothing.

    Raises:
        WrongContext: naming the value, and the file if it stands there.
    """
    node = Said(context)
    name = _one_of(node, "stage", get_args(Name), "dev")
    node = Said(context, _read_file(file).get(name, {}), f"{file and file.name} [{name}]")
    stage = Stage(
        name=name,  # type: ignore[arg-type]
        size=SIZES[name],  # type: ignore[index]
        region=region,
        architecture=_one_of(node, "architecture", ("x86_64", "arm64"), "x86_64"),  # type: ignore[arg-type]
        database=_one_of(node, "database", ("instance", "aurora"), "instance"),  # type: ignore[arg-type]
        zones=_zones(node, region, SIZES[name]),  # type: ignore[index]
        reserve_concurrency=_one_of(node, "reserve_concurrency", ("true", "false"), "false") == "true",
        domain=_text(node, "domain"),
        zone_id=_text(node, "zone_id"),
        zone_name=_text(node, "zone_name"),
        admin_email=_text(node, "admin_email"),
        alarm_email=_text(node, "alarm_email"),
        from_email=_text(node, "from_email"),
        ses_identity=_one_of(node, "ses_identity", ("new", "existing"), "new"),  # type: ignore[arg-type]
        budget_usd=_dollars(node, "budget_usd", 100),
        vendors=_names(node, "vendors", "", ("elevenlabs", "openrouter")),
        programs=_names(node, "programs", "program"),
        keys=_text(node, "keys") or "1",
        cost_centre=_text(node, "cost_centre") or "leadreel",
    )
    if stage.domain and not (stage.zone_id and stage.zone_name):
        raise WrongContext(
            f"{node.place('domain')}: needs zone_id and zone_name too, the Route 53 zone that it lies in"
        )
    if stage.domain and not f".{stage.domain}".endswith(f".{stage.zone_name}"):
        raise WrongContext(
            f"{node.place('domain')}: {stage.domain} does not lie in the zone {stage.zone_name}"
        )
    if stage.from_email and not re.search(SENDER, stage.from_email):
        raise WrongContext(
            f"{node.place('from_email')}: {stage.from_email!r} is neither ana@acme.com nor Ana <ana@acme.com>"
        )
    return stage


def _read_file(file: Path | None) -> dict[str, dict[str, Any]]:
    """A table a stage. Without the file nothing is said of any."""
    if file is None or not file.exists():
        return {}
    try:
        tables = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongContext(f"{file.name}: {error}") from error
    for name, table in tables.items():
        if name not in get_args(Name) or not isinstance(table, dict):
            raise WrongContext(f"{file.name}, {name}: no table of {', '.join(get_args(Name))}")
        for key in table:
            if key not in KNOWN:
                raise WrongContext(f"{file.name} [{name}], {key}: is none of {', '.join(sorted(KNOWN))}")
    return tables


def _text(node: Said, key: str) -> str | None:
    return (node.get(key) or "").strip() or None


def _one_of(node: Said, key: str, values: tuple[str, ...], default: str) -> str:
    value = (_text(node, key) or default).lower()
    if value not in values:
        raise WrongContext(f"{node.place(key)}: {value!r} is none of {', '.join(values)}")
    return value


def _dollars(node: Said, key: str, default: int) -> int:
    value = _text(node, key) or str(default)
    if not value.isdigit() or int(value) < 1:
        raise WrongContext(f"{node.place(key)}: {value!r} is no whole number of dollars")
    return int(value)


def _zones(node: Said, region: str, size: Size) -> tuple[str, ...]:
    """Names, which are other zones in each account, and no ids, which are the same in all."""
    zones = tuple(dict.fromkeys(_names(node, "zones", "")))
    for zone in zones:
        if not re.fullmatch(f"{region}[a-z]", zone):
            raise WrongContext(
                f"{node.place('zones')}: {zone!r} is no name of a zone of {region}, such as {region}a"
            )
    if zones and len(zones) < size.zones:
        raise WrongContext(f"{node.place('zones')}: {', '.join(zones)} are too few, {size.zones} are needed")
    return zones


def _names(node: Said, key: str, default: str, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Separated by commas; of those that are known, if any are."""
    names = tuple(part.strip() for part in (_text(node, key) or default).split(",") if part.strip())
    for name in names:
        if known and name not in known:
            raise WrongContext(f"{node.place(key)}: {name!r} is none of {', '.join(known)}")
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name):
            raise WrongContext(f"{node.place(key)}: {name!r} has other than small letters, digits and -")
    return names
