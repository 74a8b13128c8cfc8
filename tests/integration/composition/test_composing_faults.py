"""Damaged recordings and voices, a kill, a full disk: a reason is given, and nothing half kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from shared.composition import Narration, Scene, Timeline, compose
from shared.media.ffmpeg import DiskFull
from shared.media.files import UnusableMedia
from shared.recording import FRAMES
from shared.storage import NotStored
from tests.support.recorded_scenes import (
    QUICK,
    SMALL,
    CountingStorage,
    frames_file,
    jpeg,
    numbered,
    put_frames,
    put_scene,
    put_voice,
    speech,
    wav,
)

ROOT = Path(__file__).parents[3]
PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    (tmp_path / "out").mkdir()
    return CountingStorage(tmp_path / "storage")


def compose_scene(storage: CountingStorage, tmp_path: Path, scene: Scene) -> None:
    timeline = Timeline(viewport=SMALL, encoder=QUICK, scenes=(scene,))
    compose(timeline, storage, tmp_path / "out", workspace_id=1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (PLAYLIST, "no media file that is known"),
        (b"ffconcat version 1.0\nfile '/etc/hostname'\n", "no media file that is known"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 500, "damaged"),
        (b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 50, "holds wav"),
    ],
    ids=["empty", "playlist", "concat", "header only", "sound"],
)
def test_frames_that_are_no_frames(
    storage: CountingStorage, tmp_path: Path, content: bytes, reason: str
) -> None:
    scene = put_scene(storage, "card", [5, 5])
    storage.put(f"{scene.job}/{FRAMES}", content)
    with pytest.raises(UnusableMedia, match=reason):
        compose_scene(storage, tmp_path, scene)
    assert storage.clips_put() == []


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.97])
def test_frames_that_were_cut_short(storage: CountingStorage, tmp_path: Path, kept: float) -> None:
    scene = put_scene(storage, "card", [1] * 20)
    frames = storage.path(f"{scene.job}/{FRAMES}")
    frames.write_bytes(frames.read_bytes()[: int(frames.stat().st_size * kept)])
    with pytest.raises(UnusableMedia, match="damaged"):
        compose_scene(storage, tmp_path, scene)
    assert storage.clips_put() == []


def test_a_picture_that_was_cut_short(storage: CountingStorage, tmp_path: Path) -> None:
    pictures = [jpeg(numbered(0)), jpeg(numbered(1))[:1500], jpeg(numbered(2))]
    put_frames(storage, "recordings/1/scenes/cut", frames_file(pictures, [5, 5, 5]), [5, 5, 5])
    scene = Scene(title="cut", scene_type="demo", job="recordings/1/scenes/cut", frame_count=15)
    with pytest.raises(UnusableMedia, match="the recorded picture at frame 5 of a scene is damaged"):
        compose_scene(storage, tmp_path, scene)
    assert storage.clips_put() == []


def test_another_number_of_frames_than_planned(storage: CountingStorage, tmp_path: Path) -> None:
    scene = put_scene(storage, "card", [5, 5]).model_copy(update={"frame_count": 12})
    with pytest.raises(UnusableMedia, match="frames 0 to 12 are to be shown, but 10 were recorded"):
        compose_scene(storage, tmp_path, scene)


def test_another_rate_than_planned(storage: CountingStorage, tmp_path: Path) -> None:
    faster = SMALL.model_copy(update={"fps": 60})
    with pytest.raises(UnusableMedia, match="60 frames a second were recorded, not 30"):
        compose_scene(storage, tmp_path, put_scene(storage, "card", [5, 5], viewport=faster))


def test_a_scene_that_was_not_recorded(storage: CountingStorage, tmp_path: Path) -> None:
    with pytest.raises(NotStored):
        compose_scene(
            storage, tmp_path, Scene(title="x", scene_type="demo", job="recordings/1/none", frame_count=9)
        )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (PLAYLIST, "no media file that is known"),
        (wav(speech(1.0))[:30], "damaged|cut short"),
        (wav(speech(1.0))[:40_000], "cut short"),
    ],
    ids=["empty", "playlist", "header only", "cut short"],
)
def test_a_voice_that_is_damaged(
    storage: CountingStorage, tmp_path: Path, content: bytes, reason: str
) -> None:
    voice: Narration = put_voice(storage, "voice", 1.0)
    storage.put(voice.audio_key, content)
    with pytest.raises(UnusableMedia, match=reason):
        compose_scene(storage, tmp_path, put_scene(storage, "card", [20, 20], narration=voice))


def test_a_full_disk_is_said(storage: CountingStorage, tmp_path: Path) -> None:
    scene = put_scene(storage, "card", [5, 5])
    (tmp_path / "out" / "180p.mp4").symlink_to("/dev/full")
    with pytest.raises(DiskFull, match="the disk is full"):
        compose_scene(storage, tmp_path, scene)


def test_a_kill_in_the_middle_leaves_no_clip_and_the_next_try_does_the_rest(
    storage: CountingStorage, tmp_path: Path
) -> None:
    first = put_scene(storage, "first", [5, 5])
    second = put_scene(storage, "second", [1] * 120)
    slow = QUICK.model_copy(update={"preset": "veryslow"})
    timeline = Timeline(viewport=SMALL, encoder=slow, scenes=(first, second))
    (tmp_path / "timeline.json").write_text(timeline.model_dump_json())
    script = f"""
from pathlib import Path
from shared.composition import Timeline, compose
from shared.storage import FileStorage
folder = Path({str(tmp_path)!r})
timeline = Timeline.model_validate_json((folder / "timeline.json").read_text())
compose(timeline, FileStorage(folder / "storage"), folder / "out", workspace_id=1)
"""
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, start_new_session=True)
    try:
        started = tmp_path / "out" / "scene-1" / "180p.mp4"
        give_up = time.monotonic() + 60
        while not (started.exists() and started.stat().st_size > 0):
            assert process.poll() is None and time.monotonic() < give_up
            time.sleep(0.01)
        group = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)
    assert process.returncode == -signal.SIGKILL
    assert psutil.wait_procs(group, timeout=10)[1] == []
    assert [Path(key).name for key in storage.keys("clips/")] == ["180p.json", "180p.mp4"]
    assert not any((tmp_path / "storage" / "clips").rglob(".partial*"))
    again = tmp_path / "again"
    again.mkdir()
    assert compose(timeline, storage, again, workspace_id=1).video.clips_encoded == 1
