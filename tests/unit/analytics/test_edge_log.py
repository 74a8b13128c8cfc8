"""Log files: what is written is read, what CloudFront wrote is, and nothing else breaks the reader."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analytics import Hit, UnreadableLog, log_line, read_log
from shared.analytics.edge_log import FIELDS, _read_line

# field by field as CloudFront has them: texts, more of them than are asked for, and what is not there is "-"
FROM_CLOUDFRONT = (
    b'{"date":"2026-11-20","time":"12:34:56","x-edge-location":"SOF50-P2","sc-bytes":"331",'
    b'"c-ip":"2001:db8::7","cs-method":"POST","cs(Host)":"d1.cloudfront.net","cs-uri-stem":"/b",'
    b'"sc-status":"204","cs(Referer)":"-","cs(User-Agent)":"Mozilla/5.0%20(X11;%20Linux%20x86_64)",'
    b'"cs-uri-query":"s=abc&v=1&w=0-9","cs(Cookie)":"-","x-edge-result-type":"FunctionGeneratedResponse",'
    b'"x-edge-request-id":"q==","c-country":"DE"}\n'
)


def packed(folder: Path, data: bytes) -> Path:
    file = folder / "log.gz"
    file.write_bytes(gzip.compress(data))
    return file


def test_a_line_of_cloudfronts(tmp_path: Path) -> None:
    other = FROM_CLOUDFRONT.replace(b'"/b"', b'"/clips/1/a.mp4"')
    [hit] = read_log(packed(tmp_path, other + FROM_CLOUDFRONT + other), "/b")
    assert hit == Hit(
        at=datetime(2026, 11, 20, 12, 34, 56, tzinfo=UTC), address="2001:db8::7",
        agent="Mozilla/5.0 (X11; Linux x86_64)", path="/b", query="s=abc&v=1&w=0-9",
        status="204", country="DE",
    )  # fmt: skip


@given(st.text(max_size=80), st.text(max_size=80))
def test_what_is_written_is_read(agent: str, query: str) -> None:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    hit = Hit(at, "192.0.2.7", agent or "-", "/b", query or "-", "204", None)
    line = log_line(hit, "POST", "id")
    assert _read_line(line) == hit
    assert line.count(b"\n") == 1


def test_it_writes_the_fields_that_a_distribution_is_told_to_log(tmp_path: Path) -> None:
    hit = Hit(datetime(2026, 11, 20, tzinfo=UTC), "192.0.2.7", "", "/b", "", "204", None)
    values = json.loads(log_line(hit, "POST", "id"))
    assert tuple(values) == FIELDS
    assert all(isinstance(value, str) and value for value in values.values())


@pytest.mark.parametrize(
    "line",
    [
        b'"/b"\n',
        b'{"cs-uri-stem":"/b"}\n',
        b'\xff\xfe /b"\n',
        b"[" * 30_000 + b'/b"\n',
        FROM_CLOUDFRONT.replace(b"2026-11-20", b"soon"),
        FROM_CLOUDFRONT.replace(b'"DE"', b"7"),
        FROM_CLOUDFRONT[:100] + b'/b"\n',
    ],
)
def test_lines_that_are_none_are_left_out(tmp_path: Path, line: bytes) -> None:
    assert len(list(read_log(packed(tmp_path, line + FROM_CLOUDFRONT), "/b"))) == 1


@pytest.mark.parametrize("cut", [5, -10])
def test_half_a_file_is_no_log(tmp_path: Path, cut: int) -> None:
    file = packed(tmp_path, FROM_CLOUDFRONT * 100)
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(UnreadableLog):
        list(read_log(file, "/b"))


def test_text_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "log.gz").write_bytes(FROM_CLOUDFRONT)
    with pytest.raises(UnreadableLog):
        list(read_log(tmp_path / "log.gz", "/b"))
