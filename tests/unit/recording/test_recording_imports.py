"""Who plans scenes gets along without the browser's libraries."""

from __future__ import annotations

import shared.recording


def test_every_public_name_is_there() -> None:
    assert all(getattr(shared.recording, name) is not None for name in shared.recording.__all__)
