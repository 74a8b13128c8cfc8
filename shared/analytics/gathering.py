"""What a log says of each view: its beacons together, whatever their order and however often they came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from shared.analytics.beacons import read_beacon
from shared.analytics.edge_log import Hit
from shared.analytics.stretches import Stretch, merged

ANSWERED = "204"
_COMPACT = 200  # stretches; of one view that are kept before they are merged


@dataclass(slots=True)
class Seen:
    """A view of a slug. hit: its first. automated: whether that one said so."""

    slug: str
    view: str
    hit: Hit
    automated: bool
    stretches: list[Stretch] = field(default_factory=list)

    def add(self, hit: Hit, automated: bool, watched: tuple[Stretch, ...]) -> None:
        if _order(hit, automated) < _order(self.hit, self.automated):
            self.hit, self.automated = hit, automated
        self.stretches += watched
        if len(self.stretches) > _COMPACT:
            self.stretches = list(merged(self.stretches))


def gather(hits: Iterable[Hit]) -> list[Seen]:
    """The views that these requests for the beacons' path tell of."""
    seen: dict[tuple[str, str], Seen] = {}
    for hit in hits:
        beacon = read_beacon(hit.query) if hit.status == ANSWERED else None
        if beacon is None:
            continue
        key = (beacon.slug, beacon.view)
        if key not in seen:
            seen[key] = Seen(beacon.slug, beacon.view, hit, beacon.automated)
        seen[key].add(hit, beacon.automated, beacon.watched)
    return list(seen.values())


def _order(hit: Hit, automated: bool) -> tuple[datetime, str, str, str, bool]:
    return hit.at, hit.address, hit.agent, hit.country or "", automated
