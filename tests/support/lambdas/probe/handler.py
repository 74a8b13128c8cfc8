"""A function that does what the test asks of it: `{"do": name, ...}`."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any


def handler(event: dict[str, Any], context: Any) -> Any:
    match event.get("do"):
        case "environment":
            return {
                "variables": dict(os.environ),
                "folder": str(Path.cwd()),
                "session": os.getsid(0),
                "pid": os.getpid(),
            }
        case "context":
            return {"request_id": context.aws_request_id, "left_ms": context.get_remaining_time_in_millis()}
        case "note":
            note(event)
        case "sleep":
            note(event)
            time.sleep(event["seconds"])
        case "until":
            note(event)
            while not Path(event["file"]).exists():
                time.sleep(0.02)
        case "leave behind":
            left = subprocess.Popen(["sleep", "600"], start_new_session=True)
            Path(event["pid_file"]).write_text(str(left.pid))
            time.sleep(event["seconds"])
        case "exit":
            print("about to exit")
            os._exit(3)
        case "raise":
            raise LookupError("no 'such' thing: é")
        case "memory":
            held = bytearray(event["megabytes"] << 20)
            time.sleep(5)
            return len(held)
        case "answer":
            return "x" * event["bytes"]
        case "print":
            print(json.dumps({"message": "invocation", "video_id": 7}))
            print("no line of interest")
    return event


def note(event: dict[str, Any]) -> None:
    """Append a line to a file, so that a test can count how often something was done."""
    with Path(event["notes"]).open("a") as file:
        file.write(event["text"] + "\n")
