"""What a video will cost and take, before anything is spent: from what the workspace's own videos did, and
where there are too few of them from `assumed.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from statistics import median
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.costs.prices import Prices
from shared.database.models import CostEntry, Video, VideoStep
from shared.values import Value

Basis = Literal["measured", "assumed"]
ENOUGH = 3
"""So many videos say more than a table of ours."""
LOOKED_AT = 50
_TRIED_AGAIN = 2  # what a step costs, and takes, that fails once


class Range(Value):
    """What to expect: at best, mostly, and at worst."""

    low: Decimal
    likely: Decimal
    high: Decimal

    def __add__(self, other: Range) -> Range:
        return Range(low=self.low + other.low, likely=self.likely + other.likely, high=self.high + other.high)


NOTHING = Range(low=Decimal(0), likely=Decimal(0), high=Decimal(0))


class StepEstimate(Value):
    """basis: whether it rests on the workspace's own videos. seconds: of the step."""

    name: str
    basis: Basis
    cost_usd: Range
    seconds: Range


class Estimate(Value):
    steps: tuple[StepEstimate, ...]
    cost_usd: Range
    seconds: Range


class EstimateAsked(Value):
    """What the estimate depends on. is_shared: the page was recorded before, and the film is still fresh.

    vendors: who is paid, of `elevenlabs` and `openrouter`. campaign: one script for many leads.
    """

    duration_seconds: float
    is_shared: bool
    campaign: bool
    vendors: frozenset[str]
    voice_model: str
    voice_plan: str | None


def estimate(session: Session, steps: Sequence[str], asked: EstimateAsked, prices: Prices) -> Estimate:
    """In the caller's workspace."""
    measured = _measured(session, asked.duration_seconds)
    found = tuple(measured.get(step) or _assumed(step, asked, prices) for step in steps)
    return Estimate(
        steps=found,
        cost_usd=sum((step.cost_usd for step in found), NOTHING),
        seconds=sum((step.seconds for step in found), NOTHING),
    )


def _measured(session: Session, duration_seconds: float) -> dict[str, StepEstimate]:
    """What the newest videos cost and took for each second of theirs, for so many seconds."""
    lasted = Video.options["duration_seconds"].as_float()
    newest = (
        select(Video.id, lasted.label("lasted"))
        .where(Video.operation == "video", Video.status == "completed", lasted > 0)
        .order_by(Video.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    spent = (
        select(CostEntry.video_id, CostEntry.step, func.sum(CostEntry.amount_usd).label("amount"))
        .join(newest, newest.c.id == CostEntry.video_id)
        .group_by(CostEntry.video_id, CostEntry.step)
        .subquery()
    )
    rows = session.execute(
        select(VideoStep.name, VideoStep.seconds, newest.c.lasted, func.coalesce(spent.c.amount, 0))
        .join(newest, newest.c.id == VideoStep.video_id)
        .outerjoin(spent, (spent.c.video_id == VideoStep.video_id) & (spent.c.step == VideoStep.name))
        .where(VideoStep.seconds.is_not(None))
    ).all()
    seen: dict[str, list[tuple[Decimal, Decimal]]] = {}
    for name, seconds, lasts, amount in rows:
        scale = Decimal(str(duration_seconds / lasts))
        seen.setdefault(name, []).append((Decimal(amount) * scale, Decimal(str(seconds)) * scale))
    return {
        name: StepEstimate(
            name=name,
            basis="measured",
            cost_usd=_spread([amount for amount, _ in pairs]),
            seconds=_spread([seconds for _, seconds in pairs]),
        )
        for name, pairs in seen.items()
        if len(pairs) >= ENOUGH
    }


def _spread(values: Sequence[Decimal]) -> Range:
    return Range(low=min(values), likely=median(values), high=max(values))


def _assumed(step: str, asked: EstimateAsked, prices: Prices) -> StepEstimate:
    table = _table()[step]
    cold, shared = (
        Decimal(str(table[kind]["fixed"] + table[kind]["per_second"] * asked.duration_seconds))
        for kind in ("cold", "shared")
    )
    likely = shared if asked.is_shared else cold
    seconds = Range(low=min(cold, shared), likely=likely, high=max(cold, shared) * _TRIED_AGAIN)
    bought = _bought(step, asked, prices)

    def priced(time: Decimal, vendor: Decimal) -> Decimal:
        return prices.lambda_usd(int(time * 1000), table["memory_mb"]) + vendor

    cost = Range(
        low=priced(seconds.low, bought.low),
        likely=priced(seconds.likely, bought.likely),
        high=priced(seconds.high, bought.high),
    )
    return StepEstimate(name=step, basis="assumed", cost_usd=cost, seconds=seconds)


def _bought(step: str, asked: EstimateAsked, prices: Prices) -> Range:
    """What vendors charge. Of a campaign, what all leads hear is bought already."""
    words = _table()["words"]
    if step == "voice" and "elevenlabs" in asked.vendors:
        characters = round(asked.duration_seconds * words["characters_per_second"])
        whole = prices.elevenlabs_usd(characters, asked.voice_model, asked.voice_plan)
        own = whole * Decimal(str(words["own_share"]))
        return Range(low=own, likely=own if asked.campaign else whole, high=whole * _TRIED_AGAIN)
    if step == "script" and "openrouter" in asked.vendors:
        usual = Decimal(words["openrouter_usd"])
        return Range(low=Decimal(0), likely=Decimal(0) if asked.campaign else usual, high=usual * 5)
    return NOTHING


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("shared.costs").joinpath("assumed.toml").read_text())
