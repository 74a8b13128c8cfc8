"""Unpacks what it is given into a file beside the logs, a line each."""

from __future__ import annotations

import base64
import gzip
import json
import os
from pathlib import Path
from typing import Any


def handler(event: dict[str, Any], context: Any) -> None:
    document = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    with (Path(os.environ["LEADREEL_HOME"]) / "ingested.txt").open("a") as file:
        for entry in document["logEvents"]:
            file.write(f"{document['logGroup']} {entry['message']}\n")
