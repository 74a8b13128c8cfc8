"""Composing from recorded scenes, with the real FFmpeg and files for storage."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

from shared.composition import ComposedVideo, Scene, Timeline, compose
from shared.media.files import probe_video
from shared.media.presets import EncoderSettings
from shared.recording import Viewport
from tests.support.recorded_scenes import (
    QUICK,
    SMALL,
    CountingStorage,
    Pixels,
    frames_file,
    jpeg,
    numbered,
    pictures_of,
    pixels,
    put_frames,
    put_scene,
    put_voice,
    read_number,
    sound_of,
    time_of,
)


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    return CountingStorage(tmp_path / "storage")


def make(timeline: Timeline, storage: CountingStorage, folder: Path) -> ComposedVideo:
    folder.mkdir()
    return compose(timeline, storage, folder, workspace_id=1).video


def top(made: ComposedVideo) -> Path:
    """The file of the largest version."""
    return next(iter(made.versions.values()))


def three_scenes(storage: CountingStorage) -> Timeline:
    """135 frames of 63 pictures; two scenes are spoken."""
    greeting = put_voice(storage, "greeting", 0.9, text="Hi Ana, hello.")
    tour = put_voice(storage, "tour", 1.4, text="This is your page, as we see it.")
    return Timeline(
        viewport=SMALL,
        encoder=QUICK,
        scenes=(
            put_scene(storage, "card", [1] * 10 + [35], 0, greeting),
            put_scene(storage, "tour", [1] * 30 + [13, 1, 1, 15], 11, tour),
            put_scene(storage, "end", [12] + [1] * 15 + [3], 45),
        ),
    )


SHOWN = (
    *([(number, 1) for number in range(10)] + [(10, 35)]),
    *([(number, 1) for number in range(11, 41)] + [(41, 13), (42, 1), (43, 1), (44, 15)]),
    *([(45, 12)] + [(number, 1) for number in range(46, 61)] + [(61, 3)]),
)
NUMBERS = [number for number, times in SHOWN for _ in range(times)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> ComposedVideo:
    """The three scenes composed, for tests that only look."""
    folder = tmp_path_factory.mktemp("composed")
    storage = CountingStorage(folder / "storage")
    return make(three_scenes(storage), storage, folder / "out")


def test_joined_clips_show_every_frame_in_order_at_a_constant_rate(made: ComposedVideo) -> None:
    frames = pictures_of(top(made))
    assert [read_number(pixels(frame)) for frame in frames] == NUMBERS
    assert [time_of(frame) for frame in frames] == [Fraction(n, 30) for n in range(135)]
    assert (made.frame_count, made.clips_total, made.clips_encoded) == (135, 3, 3)


def test_the_file_is_what_players_expect(made: ComposedVideo) -> None:
    content = top(made).read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")
    with av.open(str(top(made))) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert (picture.codec_context.name, picture.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (picture.width, picture.height, float(picture.average_rate or 0)) == (320, 180, 30.0)
        assert (sound.codec_context.name, sound.rate, sound.layout.name) == ("aac", 48_000, "stereo")
        assert picture.start_time == 0
        assert not any(packet.pts != packet.dts for packet in container.demux(picture) if packet.size)


def test_sound_ends_less_than_a_packet_before_the_pictures(made: ComposedVideo) -> None:
    assert 0 <= 135 * 48_000 // 30 - len(sound_of(top(made))) < 1024
    facts = probe_video(top(made))
    assert facts.duration_seconds == pytest.approx(4.5, abs=1e-6)
    assert facts.audio_seconds == pytest.approx(4.5, abs=1 / 30)
    assert facts.frame_count == 135


def test_the_voice_is_heard_where_the_timeline_says(made: ComposedVideo) -> None:
    level = np.abs(sound_of(top(made))[:, 0])
    loud = {second: level[round(second * 48_000) :][:4800].max() for second in (0.05, 0.45, 1.4, 2.1, 4.0)}
    assert {second: value > 0.02 for second, value in loud.items()} == {
        0.05: False,  # before the greeting, which starts at 0.2
        0.45: True,
        1.4: False,  # between the two
        2.1: True,  # the tour's voice starts at 1.7
        4.0: False,
    }


def test_loudness_as_ffmpeg_measures_it(made: ComposedVideo) -> None:
    said = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-nostats", "-nostdin", "-i", str(top(made)),
         "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True, text=True, timeout=60, check=True,
    ).stderr.rpartition("Summary:")[2]  # fmt: skip
    integrated = re.search(r"I:\s+(-?[\d.]+) LUFS", said)
    peak = re.search(r"Peak:\s+(-?[\d.]+) dBFS", said)
    assert integrated is not None and abs(float(integrated[1]) + 16) <= 1
    assert peak is not None and float(peak[1]) <= -1


def modified(storage: CountingStorage) -> dict[str, int]:
    return {key: storage.path(key).stat().st_mtime_ns for key in storage.keys("clips/1/")}


def test_a_second_time_nothing_is_encoded(storage: CountingStorage, tmp_path: Path) -> None:
    timeline = three_scenes(storage)
    first = make(timeline, storage, tmp_path / "first")
    assert len(storage.clips_put()) == 3
    before = modified(storage)
    again = make(timeline, storage, tmp_path / "again")
    assert len(storage.clips_put()) == 3
    assert modified(storage) == before
    assert again.clips_encoded == 0
    assert top(again).read_bytes() == top(first).read_bytes()


def test_only_what_is_new_is_encoded(storage: CountingStorage, tmp_path: Path) -> None:
    timeline = three_scenes(storage)
    make(timeline, storage, tmp_path / "first")
    other_card = put_scene(storage, "other card", [20, 25], 100)
    made = make(
        Timeline(viewport=SMALL, encoder=QUICK, scenes=(other_card, *timeline.scenes[1:])),
        storage,
        tmp_path / "second",
    )
    assert (made.clips_encoded, len(storage.clips_put())) == (1, 4)
    shown = [read_number(pixels(frame)) for frame in pictures_of(top(made))]
    assert shown == [100] * 20 + [101] * 25 + NUMBERS[45:]


def test_a_scene_that_is_shown_twice_is_encoded_once(storage: CountingStorage, tmp_path: Path) -> None:
    scene = put_scene(storage, "card", [5, 5])
    made = make(Timeline(viewport=SMALL, encoder=QUICK, scenes=(scene, scene)), storage, tmp_path / "out")
    assert (made.clips_total, made.clips_encoded, len(pictures_of(top(made)))) == (2, 1, 20)


def test_other_settings_make_other_clips(storage: CountingStorage, tmp_path: Path) -> None:
    timeline = Timeline(viewport=SMALL, encoder=QUICK, scenes=(put_scene(storage, "card", [5, 5]),))
    make(timeline, storage, tmp_path / "first")
    other = timeline.model_copy(update={"encoder": EncoderSettings(preset="veryfast", crf=30)})
    made = make(other, storage, tmp_path / "second")
    assert (made.clips_encoded, len(set(storage.clips_put()))) == (1, 2)


@pytest.mark.parametrize("damage", [b"", b"no clip", None])
def test_a_damaged_clip_is_made_anew(storage: CountingStorage, tmp_path: Path, damage: bytes | None) -> None:
    timeline = Timeline(viewport=SMALL, encoder=QUICK, scenes=(put_scene(storage, "card", [5, 25]),))
    make(timeline, storage, tmp_path / "first")
    [clip] = set(storage.clips_put())
    path = storage.path(clip)
    path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    made = make(timeline, storage, tmp_path / "second")
    assert made.clips_encoded == 1
    assert len(pictures_of(top(made))) == 30


def test_progress_runs_up_to_the_whole(storage: CountingStorage, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    (tmp_path / "out").mkdir()
    compose(
        three_scenes(storage), storage, tmp_path / "out",
        workspace_id=1, on_progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == sorted(told)
    assert told[-1] == (135, 135)


def test_without_any_voice_there_is_silence(storage: CountingStorage, tmp_path: Path) -> None:
    made = make(
        Timeline(viewport=SMALL, encoder=QUICK, scenes=(put_scene(storage, "card", [5, 25]),)),
        storage,
        tmp_path / "out",
    )
    sound = sound_of(top(made))
    assert (0 <= 48_000 - len(sound) < 1024, np.abs(sound).max() < 1e-4) == (True, True)
    assert made.certificate.loudness.integrated_lufs is None
    assert made.captions.read_text() == "WEBVTT\n"


@pytest.mark.parametrize("fps", [1, 25, 60])
def test_other_rates(storage: CountingStorage, tmp_path: Path, fps: int) -> None:
    viewport = Viewport(width=320, height=180, fps=fps)
    scenes = tuple(
        put_scene(storage, name, [2, 1, 3], first, viewport=viewport) for name, first in (("a", 0), ("b", 3))
    )
    made = make(Timeline(viewport=viewport, encoder=QUICK, scenes=scenes), storage, tmp_path / "out")
    frames = pictures_of(top(made))
    shown = [read_number(pixels(frame)) for frame in frames]
    assert shown == [0, 0, 1, 2, 2, 2, 3, 3, 4, 5, 5, 5]
    assert [time_of(frame) for frame in frames] == [Fraction(n, fps) for n in range(12)]
    assert 0 <= 12 * 48_000 // fps - len(sound_of(top(made))) < 1024


PATCHES = {
    "red": (230, 20, 30), "green": (20, 180, 60), "blue": (30, 60, 220), "white": (255, 255, 255),
    "black": (0, 0, 0), "grey": (128, 128, 128), "sand": (222, 200, 170), "violet": (120, 40, 160),
}  # fmt: skip


def test_colours_come_out_as_they_were_filmed(storage: CountingStorage, tmp_path: Path) -> None:
    picture = np.zeros((180, 320, 3), np.uint8)
    for index, colour in enumerate(PATCHES.values()):
        picture[:, index * 40 : index * 40 + 40] = colour
    put_frames(storage, "recordings/1/scenes/colours", frames_file([jpeg(picture)], [10]), [10])
    scene = Scene(title="colours", scene_type="demo", job="recordings/1/scenes/colours", frame_count=10)
    made = make(Timeline(viewport=SMALL, encoder=QUICK, scenes=(scene,)), storage, tmp_path / "out")
    frame = pictures_of(top(made))[5]
    tags = (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range)
    assert [int(tag) for tag in tags] == [1, 1, 1, 1]  # BT.709 three times, and limited range
    # decoded by the numbers of BT.709 rather than by the library that encoded them
    luma, red, blue = (plane.astype(float) for plane in planes(frame))
    for index, (name, colour) in enumerate(PATCHES.items()):
        y, u, v = (plane[80:100, index * 40 + 10 : index * 40 + 30].mean() for plane in (luma, red, blue))
        y, u, v = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
        seen = (y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u)
        assert np.abs(np.array(seen) * 255 - colour).max() < 4, (name, seen)


def planes(frame: av.VideoFrame) -> list[Pixels]:
    packed = np.asarray(frame.to_ndarray(), np.uint8)
    height, width = frame.height, frame.width
    luma = packed[:height]
    chroma = packed[height:].reshape(2, height // 2, width // 2)
    return [luma, *(plane.repeat(2, 0).repeat(2, 1) for plane in chroma)]


def test_the_thumbnail_shows_the_first_scene(made: ComposedVideo) -> None:
    with av.open(str(made.thumbnail)) as container:
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height) == (1280, 720)
    assert read_number(pixels(frame)) == 10
    assert made.thumbnail.stat().st_size < 200_000
    assert np.abs(pixels(frame)[::4, ::4].astype(int) - numbered(10)).mean() < 6
