"""Ask a page what it shows at this moment, and look whether its picture shows it too."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from shared.recording.page.banners import covered
from shared.recording.page.inpage import InPage
from shared.recording.quality.seen import Observation, PasswordField, TextBox
from shared.recording.quality.signs import read_signs

_QUARTER = 2  # as FFmpeg counts reduced sizes: each halves
_EDGE = 12  # levels of 255
_LEGIBLE = 14

Plane = npt.NDArray[np.uint8]


async def observe(page: InPage) -> Observation:
    """What the page says that it shows now; it takes some milliseconds and changes nothing."""
    script = (Path(__file__).parent / "observing.js").read_text()
    seen = await page.evaluate(f"{script}({json.dumps(read_signs().marks)})")
    password = seen.pop("password")
    boxes = tuple(TextBox(*box) for box in seen.pop("boxes"))
    return Observation(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in seen.items()}
        | {"marks": frozenset(seen["marks"])},
        password=PasswordField(**password) if password else None,
        boxes=boxes,
        consent=await covered(page),
    )


def edges(jpeg: bytes) -> float:
    """The part of a picture's pixels that differ clearly from a neighbour, at a quarter of its size."""
    luma = _planes(jpeg, _QUARTER)[0].astype(np.int16)
    across = np.abs(np.diff(luma, axis=1)) > _EDGE
    down = np.abs(np.diff(luma, axis=0)) > _EDGE
    return float((across.sum() + down.sum()) / luma.size)


def checked(page: Observation, jpeg: bytes, device_scale: float) -> Observation:
    """The observation, with what of its text can't be read in a picture of the same moment."""
    total = sum(box.characters for box in page.boxes)
    if not total:
        return page
    planes = _planes(jpeg)
    lost = sum(box.characters for box in page.boxes if not _legible(box, planes, device_scale))
    return replace(page, illegible=lost / total)


def _legible(box: TextBox, planes: list[Plane], device_scale: float) -> bool:
    for plane in planes:
        scale = device_scale * plane.shape[1] / planes[0].shape[1]
        left, top = int(box.x * scale), int(box.y * scale)
        right, bottom = int((box.x + box.width) * scale) + 1, int((box.y + box.height) * scale) + 1
        part = plane[top:bottom, left:right]
        if part.size:
            low, high = np.percentile(part, (0.5, 99.5))
            if high - low >= _LEGIBLE:
                return True
    return False


def _planes(jpeg: bytes, reduced: int = 0) -> list[Plane]:
    """Luma and the two chroma planes."""
    decoder = av.CodecContext.create("mjpeg", "r")
    decoder.options = {"lowres": str(reduced)}
    decoder.thread_count = 1
    [frame] = [*decoder.decode(av.Packet(jpeg)), *decoder.decode(None)]
    assert isinstance(frame, av.VideoFrame)  # mjpeg decodes to pictures
    return [
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    ]
