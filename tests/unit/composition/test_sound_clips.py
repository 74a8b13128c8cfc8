"""Clips of AAC, encoded apart: one track without a seam, shared by videos that sound alike there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from shared.composition.sound import PACKET, Bed, Pcm, SoundClip, bed_gain, cut, encode, make_sound
from shared.composition.sound.aac import packet_edges
from shared.media.loudness import RATE
from tests.support.sounds import decoded, music, spoken_scene

FRAMES = [17, 30, 23, 41, 15, 60, 45, 9]  # 240, so 8 s
SECONDS = 8


def as_pcm(sound: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> Pcm:
    return np.rint(sound * 32767).astype(np.int16)


def sine() -> Pcm:
    wave = 0.3 * np.sin(2 * np.pi * 440 / RATE * np.arange(SECONDS * RATE))
    return as_pcm(np.repeat(wave[:, np.newaxis], 2, axis=1))


def onsets() -> Pcm:
    """Hits at random, many beside scene borders: what makes an encoder change its windows."""
    random = np.random.default_rng(0)
    sound = np.zeros((SECONDS * RATE, 2))
    starts = [*random.integers(0, len(sound) - 3000, 100), *(np.cumsum(FRAMES[:-1]) * 1600 + 700)]
    for start in starts:
        hit = random.standard_normal((2000, 2)) * np.exp(-np.arange(2000) / 200)[:, np.newaxis]
        sound[start : start + 2000] += hit * random.uniform(0.02, 0.2)
    return as_pcm(sound / np.abs(sound).max() * 0.7)


def packets_of(pcm: Pcm, frames: list[int]) -> list[bytes]:
    return [packet for clip in cut(pcm, frames, 30) for packet in encode(clip)]


def signal_to_noise(heard: np.ndarray, pcm: Pcm, first: int, last: int) -> float:
    """dB over samples [first, last)."""
    meant = pcm[first:last] / 32768
    return float(10 * np.log10((meant**2).sum() / ((heard[first:last] - meant) ** 2).sum()))


def window_of(packet: bytes) -> int:
    """The window sequence and shape of a packet's first channel, as ISO/IEC 14496-3 (4.4.2) lays them out."""
    bits = int.from_bytes(packet[:4], "big")
    assert bits >> 29 == 1  # a channel pair
    return bits >> 20 & 7 if bits >> 24 & 1 else bits >> 12 & 7


@pytest.mark.parametrize("fps", [24, 25, 30, 60, 7])
def test_packets_are_shared_out_without_a_gap(fps: int) -> None:
    edges = packet_edges(FRAMES, fps)
    length = sum(FRAMES) * RATE / fps
    assert edges[0] == 0 and length - PACKET < edges[-1] * PACKET <= length
    for (first, last), frame in zip(pairwise(edges[:-1]), np.cumsum(FRAMES)[:-1], strict=True):
        assert first <= last and (last - 1) * PACKET < frame * RATE / fps <= last * PACKET


@pytest.mark.parametrize(
    "pcm", [sine(), as_pcm(music(SECONDS)) // 4, onsets()], ids=["sine", "music", "onsets"]
)
def test_clips_decode_as_one_encoding_of_the_whole(pcm: Pcm) -> None:
    apart, whole = packets_of(pcm, FRAMES), packets_of(pcm, [sum(FRAMES)])
    assert len(apart) == len(whole) == SECONDS * RATE // PACKET
    heard, meant = decoded(apart), decoded(whole)
    joints = packet_edges(FRAMES, 30)[1:-1]
    for joint in joints:
        around = (joint - 1) * PACKET, (joint + 2) * PACKET
        expected = signal_to_noise(meant, pcm, *around)
        assert signal_to_noise(heard, pcm, *around) > min(expected - 9, 60)
    assert signal_to_noise(heard, pcm, PACKET, len(pcm)) > signal_to_noise(meant, pcm, PACKET, len(pcm)) - 3


def test_windows_on_both_sides_of_a_joint_fit() -> None:
    apart, whole = packets_of(onsets(), FRAMES), packets_of(onsets(), [sum(FRAMES)])
    joints = packet_edges(FRAMES, 30)[1:-1]
    beside = [number for joint in joints for number in (joint - 1, joint)]
    assert [window_of(apart[number]) for number in beside] == [window_of(whole[number]) for number in beside]
    assert len({window_of(packet) for packet in whole}) > 1


def test_no_joint_clicks() -> None:
    heard = decoded(packets_of(sine(), FRAMES))[:, 0]
    steps = np.abs(np.diff(heard))[PACKET:-PACKET]  # it begins and ends in the middle of the tone
    assert steps.max() < np.abs(np.diff(sine()[:, 0] / 32768)).max() * 1.02


def test_sound_is_where_it_was_put_to_the_sample() -> None:
    pcm = make_sound([spoken_scene(4.0), spoken_scene(4.0)], 30).pcm
    heard = decoded(packets_of(pcm, [120, 120]))[: len(pcm), 0]
    meant = pcm[:, 0] / 32768
    lags = range(-3, 4)
    found = [float(np.dot(np.roll(heard, -lag), meant)) for lag in lags]
    assert lags[int(np.argmax(found))] == 0


def test_the_sound_ends_with_the_last_whole_packet() -> None:
    pcm = sine()[: 100 * 1600]
    heard = decoded(packets_of(pcm, [33, 67]))
    assert len(pcm) - PACKET < len(heard) <= len(pcm)
    assert signal_to_noise(heard, pcm, len(heard) - 500, len(heard)) > 15


@pytest.mark.parametrize("with_bed", [False, True])
def test_leads_share_the_scenes_that_are_alike(with_bed: bool) -> None:
    bed = Bed(music(5.0), bed_gain(music(5.0))) if with_bed else None
    shared = [spoken_scene(6.0), spoken_scene(5.0)]

    def clips(greeting: float) -> tuple[SoundClip, ...]:
        first = spoken_scene(4.0, quiet=(4 - greeting) / 2)
        mixed = make_sound([first, *shared], 30, bed)
        assert mixed.correction_db == 0
        return cut(mixed.pcm, [120, 180, 150], 30)

    one, other = clips(3.2), clips(3.0)
    assert [clip.key for clip in one[1:]] == [clip.key for clip in other[1:]]
    assert one[0].key != other[0].key
    assert [encode(clip) for clip in one[1:]] == [encode(clip) for clip in other[1:]]


def test_without_a_bed_a_scene_is_the_same_wherever_it_stands_on_the_grid() -> None:
    scene = spoken_scene(3.2)  # 150 packets
    mixed = make_sound([scene, scene], 30)
    first, second = cut(mixed.pcm, [96, 96], 30)
    assert first.key == second.key and encode(first) == encode(second)


def test_what_is_just_outside_a_clip_counts() -> None:
    """Its last packet is decoded into the next clip's first."""
    pcm = sine()
    changed = pcm.copy()
    border = packet_edges(FRAMES, 30)[3] * PACKET
    changed[border + 100] += 5
    kept = [a.key == b.key for a, b in zip(cut(pcm, FRAMES, 30), cut(changed, FRAMES, 30), strict=True)]
    assert kept == [True, True, False, False, True, True, True, True]


def test_a_scene_without_a_packet_of_its_own_has_no_bytes() -> None:
    clips = cut(sine()[:4800], [1, 1, 4], 60)  # 800 samples each
    assert [clip.packet_count for clip in clips] == [1, 1, 2]
    clips = cut(sine()[:4800], [1] * 6, 60)
    assert [clip.packet_count for clip in clips] == [1, 1, 1, 1, 0, 0]
    assert [len(encode(clip)) for clip in clips] == [1, 1, 1, 1, 0, 0]
