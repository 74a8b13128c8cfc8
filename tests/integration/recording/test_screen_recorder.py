"""The recorder alone: a URL in, an mp4 out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from shared.errors import Permanent
from shared.recording import PageFault, RecordingConfig, ScreenRecorder
from shared.settings import Settings
from tests.support.filmed_pages import STRIP_SCRIPT, Site, read_strip

COLOURS = {"#ff0000": (255, 0, 0), "#00ff00": (0, 255, 0), "#0000ff": (0, 0, 255), "#c86432": (200, 100, 50)}


def recorder(site: Site, home: Path, quality: str = "preview") -> ScreenRecorder:
    config = RecordingConfig.model_validate({"resolution": "640x360", "frame_rate": 30, "quality": quality})
    return ScreenRecorder(config, Settings(leadreel_home=home, recording_allow_hosts=(site.pair,)))


async def test_a_page_becomes_an_mp4(site: Site, tmp_path: Path) -> None:
    bands = "".join(f"<div style='height:60px;background:{colour}'></div>" for colour in COLOURS)
    site.serve(
        f"<!doctype html><body style='margin:0'><div style='height:120px'></div>{bands}{STRIP_SCRIPT}"
        "<script>const f = (t) => { draw(0, Math.round(t * 30 / 1000)); requestAnimationFrame(f) };"
        "requestAnimationFrame(f)</script>"
    )
    output = tmp_path / "new folder" / "film.mp4"
    result = await recorder(site, tmp_path).start_recording(
        url=site.url(), output_path=output, duration_seconds=2
    )
    assert result.file_path == output
    assert (result.duration_seconds, result.resolution) == (2.0, "640x360")
    assert result.file_size_bytes == output.stat().st_size
    with av.open(str(output)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == Fraction(30)
        frames = list(container.decode(video=0))
    assert [round(float(frame.time) * 30) for frame in frames] == list(range(60))
    numbers = np.array([read_strip(frame.to_ndarray(format="rgb24")) for frame in frames])
    assert (numbers - numbers[0]).tolist() == list(range(60))
    pixels = frames[-1].reformat(format="rgb24", src_colorspace="itu709").to_ndarray().astype(int)
    for row, colour in enumerate(COLOURS.values()):
        assert np.abs(pixels[150 + 60 * row, 500] - colour).max() <= 6
    atoms = output.read_bytes()
    assert atoms.index(b"moov") < atoms.index(b"mdat")
    assert list(output.parent.iterdir()) == [output]


async def test_without_a_path_it_goes_among_the_recordings(site: Site, tmp_path: Path) -> None:
    site.serve("<h1>x</h1>")
    result = await recorder(site, tmp_path).start_recording(url=site.url(), duration_seconds=0.5)
    assert result.file_path.parent == tmp_path / "storage" / "recordings"
    assert result.file_path.suffix == ".mp4"


async def test_a_fault_leaves_no_file(site: Site, tmp_path: Path) -> None:
    output = tmp_path / "out" / "film.mp4"
    site.serve("no", status=503)
    with pytest.raises(PageFault, match="503"):
        await recorder(site, tmp_path).start_recording(url=site.url(), output_path=output)
    assert list(output.parent.iterdir()) == []


async def test_too_long_is_refused_at_once(site: Site, tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="VIDEO_MAX_DURATION_SECONDS"):
        await recorder(site, tmp_path).start_recording(url=site.url(), duration_seconds=601)
    assert site.hits == []
