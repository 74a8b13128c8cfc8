"""Sound as AAC, scene by scene: clips that are encoded apart, and are one track when put after each other.

The track is a grid of packets, packet p for samples [1024 p, 1024 (p + 1)) of the video. A packet is decoded
together with the one before it, so each clip is encoded with what is around it in the video, and only its own
packets are kept. Scenes with the same samples at the same place on the grid have the same clip.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
from av import AudioCodecContext, AudioFrame

from shared.composition.sound.mixing import Pcm
from shared.media.loudness import RATE

PACKET = 1024
"""Samples."""
BIT_RATE = 96_000

_CODER = {"aac_coder": "fast", "aac_pns": "0", "flags": "+bitexact"}
_BEFORE, _AFTER = 4, 2
"""Packets of context: the encoder looks ahead, and tells an onset by what it heard before."""
_PRIMING = 1  # packets that the encoder gives before the first sample's
_VERSION = 1  # raise when clips are encoded in another way


@dataclass(frozen=True, eq=False)
class SoundClip:
    """A scene's packets, still to be encoded: packet_count of them, from first_packet of the video on.

    key: SHA-256 over all that shapes them. window: its samples, with _BEFORE packets before
    them and _AFTER packets after. A scene shorter than a packet may have none.
    """

    key: str
    first_packet: int
    packet_count: int
    window: Pcm


def cut(pcm: Pcm, frame_counts: Sequence[int], fps: int) -> tuple[SoundClip, ...]:
    """A clip for each scene. The last one ends less than a packet before the last frame does."""
    edges = packet_edges(frame_counts, fps)
    around = np.zeros(((_BEFORE + edges[-1] + _AFTER) * PACKET, 2), np.int16)
    heard = pcm[: edges[-1] * PACKET]
    around[_BEFORE * PACKET :][: len(heard)] = heard
    clips = []
    for first, last in pairwise(edges):
        window = around[first * PACKET : (_BEFORE + last + _AFTER) * PACKET]
        clips.append(SoundClip(_key(window), first, last - first, window))
    return tuple(clips)


def packet_edges(frame_counts: Sequence[int], fps: int) -> list[int]:
    """The first packet of each scene, and the number of all: a packet is the scene's in which it begins.

    A packet that is not whole by the last frame's end is left out: a video is as long as its longest track.
    """
    edges, frames = [0], 0
    for count in frame_counts:
        frames += count
        edges.append(-(-frames * RATE // (fps * PACKET)))
    before = edges[-2] if len(edges) > 1 else 0
    return [*edges[:-1], max(before, frames * RATE // (fps * PACKET))]


def encode(clip: SoundClip) -> tuple[bytes, ...]:
    """The clip's packets, each of PACKET samples. The same clip gives the same bytes."""
    if not clip.packet_count:
        return ()
    encoder = _open_encoder()
    planes = clip.window.T.astype(np.float32) / 32768
    packets: list[bytes] = []
    for at in range(0, planes.shape[1], PACKET):
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(planes[:, at : at + PACKET]), "fltp", "stereo")
        frame.sample_rate, frame.pts = RATE, at
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    own = packets[_BEFORE + _PRIMING :][: clip.packet_count]
    assert len(own) == clip.packet_count
    return tuple(own)


def audio_config() -> bytes:
    """The AudioSpecificConfig that decoders of these packets need; it goes into `esds`."""
    config = _open_encoder().extradata
    assert config is not None
    return config


def _open_encoder() -> AudioCodecContext:
    encoder = av.CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "stereo", "fltp"
    encoder.bit_rate, encoder.time_base = BIT_RATE, Fraction(1, RATE)
    encoder.options = dict(_CODER)
    encoder.open()
    return encoder


def _key(window: Pcm) -> str:
    shaped = [_VERSION, _BEFORE, _AFTER, BIT_RATE, _CODER, av.library_versions["libavcodec"]]
    digest = hashlib.sha256(json.dumps(shaped).encode())
    digest.update(window.astype("<i2").tobytes())
    return digest.hexdigest()
