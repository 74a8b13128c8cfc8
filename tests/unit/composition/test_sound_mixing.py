"""Voices and music at their places, at the loudness that is promised, and the same beside other scenes."""

from __future__ import annotations

import numpy as np
import pytest

from shared.composition.sound import Bed, SceneSound, add, bed_gain, make_sound, silence
from shared.composition.sound.mixing import Pcm, plan_sound, render, scene_samples
from shared.composition.sound.music import looped
from shared.composition.sound.samples import add_part
from shared.media.loudness import RATE, Sound, measure
from tests.support.sounds import music, spoken_scene, voice

BED = Bed(music(7.3), bed_gain(music(7.3)))


def lufs(pcm: Pcm | Sound) -> float:
    found = measure(pcm).integrated_lufs
    assert found is not None
    return found


@pytest.mark.parametrize("bed", [None, BED], ids=["voice", "bed"])
@pytest.mark.parametrize("lengths", [(3.0,), (2.5, 9.0, 4.0)], ids=["one scene", "three scenes"])
def test_the_whole_is_as_loud_as_promised(bed: Bed | None, lengths: tuple[float, ...]) -> None:
    mixed = make_sound([spoken_scene(length) for length in lengths], 30, bed)
    assert mixed.pcm.shape == (round(sum(lengths) * RATE), 2)
    heard = measure(mixed.pcm)
    assert mixed.loudness_lufs == heard.integrated_lufs == pytest.approx(-16, abs=0.5)
    assert heard.true_peak_dbtp is not None and heard.true_peak_dbtp < -1.6


@pytest.mark.parametrize("off", [-6.0, 5.0])
def test_a_voice_at_another_loudness_is_corrected_in_half_decibels(off: float) -> None:
    mixed = make_sound([SceneSound(180, voice(5.0, -18 + off), 0.4)], 30)
    assert mixed.loudness_lufs == pytest.approx(-16, abs=0.5)
    assert mixed.correction_db == pytest.approx(-off, abs=1)
    assert mixed.correction_db % 0.5 == 0


def test_without_anything_to_hear_it_is_silent() -> None:
    mixed = make_sound([SceneSound(7), SceneSound(8)], 30)
    assert mixed.pcm.shape == (24_000, 2) and not mixed.pcm.any()
    assert mixed.loudness_lufs is None


@pytest.mark.parametrize("bed", [None, BED], ids=["voice", "bed"])
def test_a_scene_is_the_same_beside_others(bed: Bed | None) -> None:
    shared = spoken_scene(4.0)
    first = render(plan_sound([spoken_scene(3.0), shared, spoken_scene(5.0)], 30, bed))
    others = [SceneSound(90, voice(1.5), 1.1), shared, SceneSound(120, voice(2.0), 0.4)]
    second = render(plan_sound(others, 30, bed))
    scene = slice(3 * RATE, 7 * RATE)
    assert np.array_equal(first[scene], second[scene])
    assert not np.array_equal(first[: 3 * RATE], second[: 3 * RATE])


def test_music_is_quiet_in_gaps_and_quieter_under_speech() -> None:
    steady = Bed(np.full((RATE, 2), 0.1, np.float32), -20)  # a constant shows its gain
    scenes = [SceneSound(300), spoken_scene(10.0)]
    alone = render(plan_sound(scenes, 30))
    heard = render(plan_sound(scenes, 30, steady)).astype(float) - alone
    assert 20 * np.log10(heard[5 * RATE, 0] / 32767) == pytest.approx(-40, abs=0.3)
    assert 20 * np.log10(heard[15 * RATE, 0] / 32767) == pytest.approx(-49, abs=0.3)


def test_the_bed_stands_at_its_loudness_between_words() -> None:
    pcm = render(plan_sound([SceneSound(600)], 30, BED))
    assert lufs(pcm[RATE : -2 * RATE]) == pytest.approx(-30, abs=0.5)


def test_the_bed_fades_in_and_out() -> None:
    pcm = np.abs(render(plan_sound([SceneSound(300)], 30, BED)).astype(int)).max(axis=1)
    assert pcm[:100].max() == 0 and pcm[-100:].max() <= 1
    assert pcm[: RATE // 8].max() < pcm[RATE // 2 : RATE].max() / 4
    assert pcm[-RATE // 4 :].max() < pcm[-3 * RATE : -2 * RATE].max() / 4


@pytest.mark.parametrize("samples", [1, 2, 1000, 3 * RATE, 20 * RATE])
def test_music_of_any_length_goes_on_without_a_break(samples: int) -> None:
    tune = (0.3 * np.sin(2 * np.pi * 300 / RATE * np.arange(samples)))[:, np.newaxis].astype(np.float32)
    heard = looped(tune, 0, 12 * RATE)
    assert np.abs(np.diff(heard[:, 0])).max() < 0.025
    assert np.array_equal(heard[5 * RATE : 7 * RATE], looped(tune, 5 * RATE, 7 * RATE))


def test_a_voice_lasts_into_the_next_scene_and_ends_with_the_video() -> None:
    pcm = render(plan_sound([SceneSound(30, voice(5.0)), SceneSound(60)], 30))
    assert len(pcm) == 3 * RATE
    assert np.abs(pcm[2 * RATE :]).max() > 3000 and np.abs(pcm[-20:]).max() < 200


def test_a_piece_is_the_same_however_the_track_is_cut() -> None:
    piece, whole = np.full((1000, 2), 0.5, np.float32), silence(2000)
    add(whole, piece, 300 / RATE)
    for size in (1, 7, 150, 700):
        parts = [silence(min(size, 2000 - start)) for start in range(0, 2000, size)]
        for index, part in enumerate(parts):
            add_part(part, index * size, piece, 300)
        assert np.array_equal(np.concatenate(parts), whole)


def test_long_sounds_are_made_in_parts_that_leave_no_mark() -> None:
    scene = SceneSound(750, voice(24.0, -12.0), 0.4)  # loud: the limiter works at every seam
    whole = render(plan_sound([scene], 30, BED))
    moved = render(plan_sound([SceneSound(96), scene], 30))[round(3.2 * RATE) :]
    alone = render(plan_sound([scene], 30))
    assert np.array_equal(alone, moved)  # 3.2 s are whole blocks, and the seams lie elsewhere
    assert np.abs(np.diff(whole[:, 0].astype(int))).max() < 20_000


@pytest.mark.parametrize(("fps", "edges"), [(30, [0, 1600, 160_000]), (7, [0, 6858, 685_715])])
def test_scenes_begin_at_whole_samples(fps: int, edges: list[int]) -> None:
    assert scene_samples([1, 99], fps) == edges
