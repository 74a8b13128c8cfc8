"""Turn the edge's log files into rows of views; a file that was read is deleted, with the addresses in it."""

from __future__ import annotations

import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select, text

from shared.analytics.beacons import BEACON_PATH
from shared.analytics.edge_log import VIEW_LOGS, UnreadableLog, read_log
from shared.analytics.gathering import Seen, gather
from shared.analytics.keeping import keep_views
from shared.database import Database
from shared.database.models import HostedVideo
from shared.errors import Permanent
from shared.storage import NotStored, Storage
from shared.workflow import Tools

UNREADABLE = "logs/unreadable/"
SLUGS_AT_ONCE = 2000

log = logging.getLogger(__name__)


class NoHashKey(Permanent):
    """SECRETS_KEY is not set, and viewers are told apart by hashes that it makes."""


def ingest_views(event: Mapping[str, Any], tools: Tools) -> dict[str, int]:
    """Read the log files that an event names.

    event: an `Object Created` of S3 through EventBridge, or {"keys": [...]}. Returns {files, views}: files
    that were read, and rows that are new or changed. A file that is gone was read before; one that can't be
    read is moved aside. Raises NoHashKey, and what the database raises.
    """
    key = tools.settings.secrets_key
    if key is None:
        raise NoHashKey("SECRETS_KEY is not set, and viewers are told apart by hashes that it makes")
    files = views = 0
    for name in _keys(event):
        found = _read(name, tools.storage)
        if found is not None:
            views += _keep(found, tools.database, key)
            tools.storage.delete(name)
            files += 1
    return {"files": files, "views": views}


def _keys(event: Mapping[str, Any]) -> list[str]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
    keys = event["keys"] if "keys" in event else [event["detail"]["object"]["key"]]
    return [key for key in keys if key.startswith(VIEW_LOGS)]


def _read(name: str, storage: Storage) -> list[Seen] | None:
    with tempfile.TemporaryDirectory(prefix="leadreel-views-") as folder:
        file = Path(folder) / "log.gz"
        try:
            storage.fetch(name, file)
            return gather(read_log(file, BEACON_PATH))
        except NotStored:
            return None
        except UnreadableLog as error:
            log.warning("%s is moved to %s: %s", name, UNREADABLE, error)
            with suppress(NotStored):  # the same event, delivered twice, is faster
                storage.copy(name, UNREADABLE + name.removeprefix(VIEW_LOGS))
            storage.delete(name)
            return None


def _keep(found: list[Seen], database: Database, key: SecretStr) -> int:
    """In one transaction a workspace: what is kept twice stays as it is, so a second try does the rest."""
    owners = _owners({seen.slug for seen in found}, database)
    of: dict[int, list[Seen]] = defaultdict(list)
    for seen in found:
        if seen.slug in owners:
            of[owners[seen.slug]].append(seen)
    changed = 0
    for workspace_id, views in sorted(of.items()):
        with database.workspace(workspace_id) as session:
            changed += keep_views(session, workspace_id, views, key)
    return changed


def _owners(slugs: Iterable[str], database: Database) -> dict[str, int]:
    """The workspaces of hosted videos. A transaction without one sees those alone whose slugs it names."""
    owners: dict[str, int] = {}
    for some in _some(sorted(slugs)):
        with database.transaction() as session:
            session.execute(
                text("SELECT set_config('leadreel.slugs', :slugs, true)"), {"slugs": ",".join(some)}
            )
            found = select(HostedVideo.slug, HostedVideo.workspace_id).where(HostedVideo.slug.in_(some))
            owners |= {row.slug: row.workspace_id for row in session.execute(found)}
    return owners


def _some(slugs: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(slugs), SLUGS_AT_ONCE):
        yield slugs[start : start + SLUGS_AT_ONCE]
