"""How loud sound is, as FFmpeg's ebur128 measures it (EBU R128), and its way through FFmpeg's filters.

Sound is 48 kHz stereo float32, an array of shape (samples, 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shared.values import Value

if TYPE_CHECKING:
    from av import AudioFrame

Sound = NDArray[np.float32]

RATE = 48_000

_METER_SAMPLES = 4800  # ebur128 works in steps of 100 ms, on blocks of four
_GATE_LUFS = -70.0


class Loudness(Value):
    """integrated_lufs: None for silence. true_peak_dbtp: None for digital silence."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None


def measure(sound: Sound | NDArray[np.int16]) -> Loudness:
    """Integrated loudness (EBU R128) and true peak, as FFmpeg's ebur128 measures them."""
    loudest, peak = float("nan"), 0.0
    for frame in _metered(sound, "metadata=1:peak=true"):
        loudest = float(frame.metadata["lavfi.r128.I"])
        peak = max(peak, float(frame.metadata["lavfi.r128.true_peak"]))
    return Loudness(
        integrated_lufs=loudest if loudest > _GATE_LUFS else None,
        true_peak_dbtp=round(decibels(peak), 2) if peak > 0 else None,
    )


def integrated_lufs(sound: Sound | NDArray[np.int16]) -> float | None:
    """What `measure` says of the loudness, in a quarter of the time: true peaks are what takes long."""
    loudest = float("nan")
    for frame in _metered(sound, "metadata=1"):
        loudest = float(frame.metadata["lavfi.r128.I"])
    return loudest if loudest > _GATE_LUFS else None


def _metered(sound: Sound | NDArray[np.int16], options: str) -> Iterator[AudioFrame]:
    # it leaves out a step that isn't full
    rest = max(-len(sound) % _METER_SAMPLES, 4 * _METER_SAMPLES - len(sound))
    yield from filtered(sound, [("apad", f"pad_len={rest}"), ("ebur128", options)])


def filtered(sound: Sound | NDArray[np.int16], filters: list[tuple[str, str]]) -> Iterator[AudioFrame]:
    """Pass sound through FFmpeg's filters (name, options), a second at a time."""
    import av.filter  # a large library that only those who make sound need

    graph = av.filter.Graph()
    chained = [graph.add_abuffer(sample_rate=RATE, format="flt", layout="stereo")]
    chained += [graph.add(name, options) for name, options in filters]
    chained.append(graph.add("abuffersink"))
    graph.link_nodes(*chained).configure()
    for frame in chain(sound_frames(sound, RATE), [None]):
        graph.push(frame)
        while True:
            try:
                pulled = graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                break
            assert isinstance(pulled, av.AudioFrame)
            yield pulled


def sound_frames(sound: Sound | NDArray[np.int16], size: int) -> Iterator[AudioFrame]:
    """The sound as PyAV frames of `size` float samples, the last one shorter. Integers are 16 bit."""
    import av

    for at in range(0, len(sound), size):
        packed = np.ascontiguousarray(sound[at : at + size], np.float32).reshape(1, -1)
        if sound.dtype == np.int16:
            packed = packed / np.float32(32768)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
        yield frame


def decibels(amplitude: float) -> float:
    return 20 * float(np.log10(amplitude))
