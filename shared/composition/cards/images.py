"""Pictures as a card carries them."""

from __future__ import annotations

import base64

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"


def data_uri(image: bytes | None) -> str | None:
    """Of a PNG or JPEG; None if there is none."""
    if not image:
        return None
    kind = "png" if image.startswith(PNG[:4]) else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
