"""Access logs as CloudFront's standard logging (v2) puts them into S3, in its JSON form.

A file is gzip, a line of it one request as a JSON object whose values are texts: `-` for none, and the
User-Agent with percent signs. c-country is one of the fields that v2 takes over from the real-time logs.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

from shared.errors import Permanent

VIEW_LOGS = "logs/views/"
"""Where in storage they lie."""
FIELDS = (
    "date", "time", "c-ip", "cs-method", "cs-uri-stem", "sc-status", "cs(User-Agent)", "cs-uri-query",
    "x-edge-request-id", "c-country",
)  # fmt: skip
"""What a distribution is told to log, and what the local edge writes."""
LONGEST_LINE = 40_000
_COUNTRY = re.compile(r"[A-Z]{2}")
_unquoted = lru_cache(maxsize=20_000)(unquote)  # browsers are few, lines are many


class UnreadableLog(Permanent):
    """A file is no log of requests."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A request. at: to the second. path, query: as they were sent. country: ISO 3166-1, or None."""

    at: datetime
    address: str
    agent: str
    path: str
    query: str
    status: str
    country: str | None


def log_line(hit: Hit, method: str, request_id: str) -> bytes:
    """As CloudFront would write it."""
    values = {
        "date": f"{hit.at:%Y-%m-%d}",
        "time": f"{hit.at:%H:%M:%S}",
        "c-ip": hit.address,
        "cs-method": method,
        "cs-uri-stem": hit.path,
        "sc-status": hit.status,
        "cs(User-Agent)": quote(hit.agent, safe="/();:,.+*_-") or "-",
        "cs-uri-query": hit.query or "-",
        "x-edge-request-id": request_id,
        "c-country": hit.country or "-",
    }
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def read_log(file: Path, path: str) -> Iterator[Hit]:
    """Its requests for this path; lines that are none are left out.

    Raises:
        UnreadableLog: if it is not gzip, or not to its end.
    """
    told = f'{path}"'.encode()  # a quick look, for most lines are of media
    try:
        with gzip.open(file, "rb") as lines:
            while line := lines.readline(LONGEST_LINE):
                hit = _read_line(line) if told in line else None
                if hit is not None and hit.path == path:
                    yield hit
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableLog(f"{file.name} is no log: {error}") from error


def _read_line(line: bytes) -> Hit | None:
    try:
        values = json.loads(line)
        country = values.get("c-country", "-")
        return Hit(
            at=_time(values["date"], values["time"]),
            address=values["c-ip"],
            agent=_unquoted(values["cs(User-Agent)"]),
            path=values["cs-uri-stem"],
            query=values["cs-uri-query"],
            status=values["sc-status"],
            country=country if _COUNTRY.fullmatch(country) else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


@lru_cache(maxsize=20_000)
def _time(date: str, time: str) -> datetime:
    return datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=UTC)
