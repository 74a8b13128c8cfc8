"""Clips really encoded: every level in one pass, the same frames in all, and what lies over them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest

from shared.encoding import ClipStore, MediaJob, Shot, make_clips
from shared.encoding.levels import FEWEST
from shared.media.ffmpeg import DiskFull
from shared.media.files import UnusableMedia
from shared.media.presets import EncoderSettings, Level, ladder
from shared.recording import JOB, RESULT, SceneResult
from tests.support import clips
from tests.support.recorded_scenes import (
    SMALL,
    CountingStorage,
    Pixels,
    numbered,
    pictures_of,
    pixels,
    put_overlay,
    put_scene,
    read_number,
)

LEVELS = ladder(320, 180, (120, 90))
ENCODER = EncoderSettings(preset="veryfast", crf=20, keyframe_seconds=1)
DURATIONS = [1] * 20 + [25, 1, 1, 18]


class Clip(NamedTuple):
    """A clip as a player sees it. keys: the numbers of the frames that can be sought."""

    pictures: list[av.VideoFrame]
    keys: list[int]
    head: bytes

    @property
    def numbers(self) -> list[int]:
        return [read_number(pixels(picture)) for picture in self.pictures]

    def luma(self, x: int, y: int) -> list[int]:
        return [int(picture.to_ndarray()[y, x]) for picture in self.pictures]


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    return CountingStorage(tmp_path / "storage")


def shot(job: str, **what: object) -> Shot:
    return Shot.model_validate({"frames": job, "fps": 30} | what)


def made(
    storage: CountingStorage, folder: Path, shot: Shot, levels: Sequence[Level] = LEVELS[:1]
) -> dict[str, Clip]:
    """The shot's clips by the name of their level, in `folder` and under the prefix of its name."""
    folder.mkdir()
    make_clips(f"clips/1/{folder.name}", shot, levels, ENCODER, storage, folder)
    return {
        level.name: read_clip(storage.path(f"clips/1/{folder.name}/{level.name}.mp4")) for level in levels
    }


def read_clip(path: Path) -> Clip:
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        head = container.streams.video[0].codec_context.extradata or b""
    return Clip(pictures_of(path), [n for n, packet in enumerate(packets) if packet.is_keyframe], head)


def test_one_pass_makes_the_same_frames_at_every_level(storage: CountingStorage, tmp_path: Path) -> None:
    scene = put_scene(storage, "tour", DURATIONS)
    found = made(storage, tmp_path / "tour", shot(scene.job, frame_count=65), LEVELS)
    recorded = [number for number, times in enumerate(DURATIONS) for _ in range(times)]
    for level in LEVELS:
        clip = found[level.name]
        assert clip.numbers == recorded, level
        assert clip.keys == [0, 30, 60], level
        assert {(picture.width, picture.height) for picture in clip.pictures} == {(level.width, level.height)}
        facts = ClipStore(storage).facts("clips/1/tour", level)
        assert facts.size_bytes == storage.path(f"clips/1/tour/{level.name}.mp4").stat().st_size
        assert facts.scores.frames >= FEWEST and facts.scores.mean > 70 and facts.scores.shift < 4
    assert list(found) == ["180p", "120p", "90p"]
    assert ClipStore(storage).missing("clips/1/tour", LEVELS) == ()


def test_heads_of_different_shots_are_alike_and_those_of_levels_are_not(
    storage: CountingStorage, tmp_path: Path
) -> None:
    card, tour = put_scene(storage, "card", [1, 2]), put_scene(storage, "tour", [1] * 31, 300)
    one = made(storage, tmp_path / "one", shot(card.job, frame_count=3), LEVELS)
    other = made(storage, tmp_path / "other", shot(tour.job, frame_count=31, fade_in=5), LEVELS)
    for level in LEVELS:
        assert one[level.name].head == other[level.name].head
    assert len({clip.head for clip in one.values()}) == 3


def test_the_same_shot_gives_the_same_bytes(storage: CountingStorage, tmp_path: Path) -> None:
    scene = put_scene(storage, "tour", DURATIONS)
    fading = shot(scene.job, frame_count=65, fade_out=4)
    for name in ("one", "other"):
        made(storage, tmp_path / name, fading, LEVELS)
    for level in LEVELS:
        assert storage.get(f"clips/1/one/{level.name}.mp4") == storage.get(f"clips/1/other/{level.name}.mp4")


def test_a_level_alone_is_the_one_that_is_made_among_others(storage: CountingStorage, tmp_path: Path) -> None:
    """A level that was lost, or asked for later, joins with what is there."""
    scene = put_scene(storage, "tour", DURATIONS)
    made(storage, tmp_path / "all", shot(scene.job, frame_count=65), LEVELS)
    made(storage, tmp_path / "alone", shot(scene.job, frame_count=65), LEVELS[1:2])
    assert storage.get("clips/1/all/120p.mp4") == storage.get("clips/1/alone/120p.mp4")
    assert not storage.exists("clips/1/alone/180p.mp4")


@pytest.mark.parametrize(("first", "count"), [(0, 30), (30, 35), (21, 2), (64, 1)])
def test_ranges_of_a_longer_recording(
    storage: CountingStorage, tmp_path: Path, first: int, count: int
) -> None:
    scene = put_scene(storage, "tour", DURATIONS)
    found = made(storage, tmp_path / "part", shot(scene.job, first_frame=first, frame_count=count))
    recorded = [number for number, times in enumerate(DURATIONS) for _ in range(times)]
    assert found["180p"].numbers == recorded[first : first + count]
    assert found["180p"].keys == [*range(0, count, 30)]


def patch(alpha: int) -> Pixels:
    picture = np.zeros((180, 320, 4), np.uint8)
    picture[101:160, 99:200] = (255, 255, 255, alpha)
    return picture


def test_an_overlay_that_changes_lands_on_its_frames(storage: CountingStorage, tmp_path: Path) -> None:
    scene = put_scene(storage, "tour", DURATIONS)
    words = put_overlay(
        storage, "words", [patch(a) for a in (0, 255, 0, 255, 0)], [7, 13, 20, 1, 24], tmp_path
    )
    found = made(storage, tmp_path / "over", shot(scene.job, frame_count=65, overlays=(words,)), LEVELS)
    shown = [7 <= frame < 20 or frame == 40 for frame in range(65)]
    assert [value > 220 for value in found["180p"].luma(150, 130)] == shown
    assert [value > 220 for value in found["90p"].luma(75, 65)] == shown
    assert found["180p"].numbers == [n for n, times in enumerate(DURATIONS) for _ in range(times)]
    assert max(found["180p"].luma(60, 130)) < 200  # beside the patch


def test_two_overlays_lie_over_each_other_in_their_order(storage: CountingStorage, tmp_path: Path) -> None:
    scene = put_scene(storage, "card", [10])
    black = patch(255)
    black[101:160, 99:200, :3] = 0
    white, black_one = (
        put_overlay(storage, name, [picture], [1], tmp_path)
        for name, picture in (("white", patch(255)), ("black", black))
    )
    for name, order, luma in (("a", (white, black_one), 16), ("b", (black_one, white), 235)):
        found = made(storage, tmp_path / name, shot(scene.job, frame_count=10, overlays=order))
        assert found["180p"].luma(150, 130) == pytest.approx([luma] * 10, abs=3)


def test_fades_come_out_of_their_colour_and_go_into_it(storage: CountingStorage, tmp_path: Path) -> None:
    scene = put_scene(storage, "card", [30])
    fading = shot(scene.job, frame_count=30, fade_in=4, fade_out=9, ground="#ffffff")
    seen = made(storage, tmp_path / "fade", fading)["180p"].luma(20, 100)
    full = seen[15]
    strengths = [min(1, (n + 1) / 5, (30 - n) / 10) for n in range(30)]
    assert full < 150
    assert seen == pytest.approx([235 + (full - 235) * strength for strength in strengths], abs=4)


@pytest.mark.parametrize(("frames", "asked"), [(30, 20), (12, 20)], ids=["longer", "shorter"])
def test_a_given_video_is_taken_in_once(
    storage: CountingStorage, tmp_path: Path, frames: int, asked: int
) -> None:
    storage.put("uploads/1/a.mp4", clips.clip("mp4", ["libx264"], frames=frames, fps=30))
    job = MediaJob(media="uploads/1/a.mp4", width=320, height=180, fps=30, frame_count=asked)
    storage.put(f"recordings/1/media/a/{JOB}", job.model_dump_json().encode())
    for name in ("one", "again"):
        found = made(storage, tmp_path / name, shot("recordings/1/media/a", frame_count=asked))
        assert len(found["180p"].pictures) == asked
    assert storage.puts.count(f"recordings/1/media/a/{RESULT}") == 1
    result = SceneResult.model_validate_json(storage.get(f"recordings/1/media/a/{RESULT}"))
    assert result.frame_count == max(frames, asked)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("level", [0, 2])
@pytest.mark.parametrize("pictures", [3, 200], ids=["at its end", "in the middle"])
def test_a_full_disk_ends_it_whichever_level_meets_it(
    storage: CountingStorage, tmp_path: Path, level: int, pictures: int
) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (180, 320, 3), np.uint8)
    durations = [1] * pictures
    scene = put_scene(storage, "noise", durations, picture=lambda number: np.roll(noise, number, 1))
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / f"{LEVELS[level].name}.mp4").symlink_to("/dev/full")
    with pytest.raises(DiskFull):
        make_clips("clips/1/x", shot(scene.job, frame_count=pictures), LEVELS, ENCODER, storage, folder)
    assert storage.clips_put() == []


def test_a_picture_that_is_damaged_ends_every_level(storage: CountingStorage, tmp_path: Path) -> None:
    scene = put_scene(storage, "card", [5, 5])
    frames = storage.path(f"{scene.job}/frames.mkv")
    content = frames.read_bytes()
    second = content.rindex(b"\xff\xd8")
    frames.write_bytes(content[: second + 700] + b"\xff\xd9" * 400 + content[second + 1500 :])
    with pytest.raises(UnusableMedia, match="at frame 5 of a scene is damaged"):
        made(storage, tmp_path / "out", shot(scene.job, frame_count=10), LEVELS)
    assert storage.clips_put() == []


def test_numbers_can_be_read_at_the_smallest_level() -> None:
    """What the tests above rest on: two numbers look different to them."""
    assert [read_number(numbered(n, SMALL)[::2, ::2]) for n in (0, 5, 1023)] == [0, 5, 1023]
