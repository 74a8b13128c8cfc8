"""HTML documents of ours, from Jinja2 templates: always escaped, and bound to a policy that they carry.

A document may be kept for years beside newer ones, so the hashes of its inline style and script stand in
the document and not in a header that the whole site shares.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def template_environment(folder: Path) -> Environment:
    """Templates of `folder`. Every value is escaped; a value that was not given is an error.

    Templates may call `policy_source("card.css")`: the Content-Security-Policy source that allows the
    text of that file, included whole in a `<style>` or `<script>`, and nothing else.
    """
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def policy_source(name: str) -> str:
        digest = hashlib.sha256(environment.get_template(name).render().encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"

    environment.globals["policy_source"] = policy_source
    return environment


def clock(seconds: float | None) -> str:
    """75.2 becomes 1:15."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
