"""How true a film is to its page: likeness to a lossless reference, and frames that are missing or stand."""

from __future__ import annotations

import itertools
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

from bench.matching import Match, Pictures, match

COMPARE_SECONDS = 600.0
_UNSPECIFIED = 2  # as ITU-T H.273 numbers colour matrices
_SMALL = (480, 270)  # pixels at which frames are told apart: a moving page moves by more than one of them


@dataclass(frozen=True)
class Timeline:
    """frames: how many; fps: of the container; constant: whether every frame stands equally long."""

    frames: int
    fps: float
    constant: bool


@dataclass(frozen=True)
class Quality:
    """vmaf: mean over all frames; vmaf_low: the frame that 99 % are better than; match: see `Match`."""

    vmaf: float
    vmaf_low: float
    match: Match


def timeline(film: Path) -> Timeline:
    """Read from the packets' times, without decoding."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        times = sorted(packet.pts for packet in container.demux(stream) if packet.pts is not None)
        rate = float(stream.average_rate or 0)
    steps = {after - before for before, after in itertools.pairwise(times)}
    return Timeline(frames=len(times), fps=round(rate, 3), constant=len(steps) == 1)


def compare(film: Path, reference: Path, fps: int) -> Quality:
    """Hold a film against its reference, frame by frame.

    A film that begins some frames sooner or later than its reference is moved first: `match.offset`.
    """
    steady = timeline(film)
    rate = [] if steady.constant and round(steady.fps) == fps else [f"fps={fps}:start_time=0"]
    ours, theirs = [*rate, _to_bt709(film)], ["null"]
    found = match(_small(film, ours), _small(reference, theirs))
    scores = _vmaf(film, reference, ours, found.offset)
    return Quality(
        vmaf=round(float(np.mean(scores)), 2), vmaf_low=round(float(np.percentile(scores, 1)), 2), match=found
    )


def _to_bt709(film: Path) -> str:
    """The conversion to the reference's colours, from those that the film says it has.

    Where it says nothing: BT.601 for VP8, as its format has it, else BT.709, as players take HD video.
    """
    with av.open(str(film)) as container:
        frame = next(container.decode(video=0))
        codec = container.streams.video[0].codec_context.name
    given = ""
    if int(frame.colorspace) == _UNSPECIFIED:
        given = "in_color_matrix=bt601:" if codec.endswith("vp8") else "in_color_matrix=bt709:"
    return f"scale={given}out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd,format=yuv420p"


def _small(film: Path, filters: list[str]) -> Pictures:
    """All frames as small grey pictures: (frames, pixels), 0 to 255."""
    width, height = _SMALL
    chain = ",".join([*filters, f"scale={width}:{height}:flags=area,format=yuv420p,extractplanes=y"])
    output = ["-vf", chain, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"]
    raw = _ffmpeg(["-i", str(film), *output])
    return np.frombuffer(raw, np.uint8).reshape(-1, width * height).astype(np.float32)


def _vmaf(film: Path, reference: Path, filters: list[str], offset: int) -> list[float]:
    """Of each frame: 0 to 100. https://github.com/Netflix/vmaf"""
    skipped = max(0, -offset), max(0, offset)
    with tempfile.TemporaryDirectory(prefix="leadreel-bench-") as folder:
        log = Path(folder) / "vmaf.json"
        chain = (
            # numbered in one time base: rounded times of two files would pair neighbours
            f"[0:v]{','.join(filters)},trim=start_frame={skipped[0]},settb=1/30,setpts=N[film];"
            f"[1:v]trim=start_frame={skipped[1]},settb=1/30,setpts=N[page];"
            f"[film][page]libvmaf=n_threads=2:shortest=1:log_fmt=json:log_path={log}"
        )
        _ffmpeg(["-i", str(film), "-i", str(reference), "-lavfi", chain, "-f", "null", "-"])
        frames = json.loads(log.read_text())["frames"]
    return [float(frame["metrics"]["vmaf"]) for frame in frames]


def _ffmpeg(arguments: list[str]) -> bytes:
    command = [get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-loglevel", "error", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=COMPARE_SECONDS, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"FFmpeg could not compare: {done.stderr.decode(errors='replace')[-1000:]}")
    return done.stdout
