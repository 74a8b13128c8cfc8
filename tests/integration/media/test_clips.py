"""Clips become frames like the recorder's: of every kind that people have, timed, whole in the picture."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from shared.encoding.footage import check_frames
from shared.media.files import UnusableMedia
from shared.media.ingest import Ingested, ingest_clip
from shared.recording import SceneResult, Work
from tests.support.bad_media.case import made, picture, tone

H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p")
RED = ("-f", "lavfi", "-i", "color=red:s=320x180:r=30:d=1")
KINDS = {
    "mp4": (*H264, "-c:a", "aac"),
    "mov": ("-c:v", "libx265", "-x265-params", "log-level=error", "-c:a", "alac"),
    "webm": ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-c:a", "libopus"),
    "mkv": ("-c:v", "libaom-av1", "-cpu-used", "8", "-c:a", "flac"),
}


def ingest(folder: Path, content: bytes, fps: int = 25) -> tuple[Ingested, Path]:
    clip, frames = folder / "clip", folder / "frames.mkv"
    clip.write_bytes(content)
    return ingest_clip(clip, frames, width=320, height=180, fps=fps, longest_seconds=5), frames


def shown(frames: Path) -> list[npt.NDArray[np.uint8]]:
    with av.open(str(frames)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def is_black(pixels: npt.NDArray[np.uint8]) -> bool:
    return int(pixels.max()) < 12


@pytest.mark.parametrize("kind", KINDS)
def test_clips_of_every_kind(kind: str, tmp_path: Path) -> None:
    result, frames = ingest(tmp_path, made(kind, *picture(1, "161x91"), *tone(1), *KINDS[kind]))
    assert (result.frame_count, result.durations) == (25, (1,) * 25)
    assert result.audio_seconds == pytest.approx(1.0, abs=0.1)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    told = result.model_dump(exclude={"audio_seconds"})
    check_frames(frames, SceneResult(**told, work=Work(started_at=now, finished_at=now)))


def test_a_picture_that_stands_is_kept_once(tmp_path: Path) -> None:
    result, frames = ingest(tmp_path, made("mp4", *RED, *H264), fps=30)
    assert result.durations == (30,) and result.audio_seconds is None
    (only,) = shown(frames)
    assert np.abs(only[90, 160].astype(int) - (255, 0, 0)).max() < 6


def test_pictures_that_come_at_their_own_times(tmp_path: Path) -> None:
    kept = "select='eq(n,0)+eq(n,3)+eq(n,20)+eq(n,24)'"
    clip = made("mkv", *picture(1), "-vf", kept, "-fps_mode", "vfr", *H264)
    result, _ = ingest(tmp_path, clip)
    assert result.durations == (3, 17, 4, 1)


def test_a_clip_that_begins_late_begins_at_once(tmp_path: Path) -> None:
    clip = made("mkv", *picture(1), *H264, "-output_ts_offset", "100")
    assert ingest(tmp_path, clip)[0].durations == (1,) * 25


def test_the_first_picture_waits_while_the_sound_plays(tmp_path: Path) -> None:
    clip = made("mkv", *picture(1), *tone(2), "-vf", "setpts=PTS+1/TB", *H264)
    result, _ = ingest(tmp_path, clip)
    assert result.durations == (26, *(1,) * 24)
    assert result.audio_seconds == pytest.approx(2.0, abs=0.1)


def test_a_clip_filmed_upright(tmp_path: Path) -> None:
    (tmp_path / "lying.mp4").write_bytes(made("mp4", *RED, *H264))
    turned = ("-display_rotation", "90", "-i", str(tmp_path / "lying.mp4"), "-c", "copy")
    first = shown(ingest(tmp_path, made("mp4", *turned))[1])[0]
    assert is_black(first[:, :105]) and is_black(first[:, 215:])  # 101 of 320 pixels are its own
    assert first[90, 160, 0] > 240 and first[4, 160, 0] > 240


def test_pixels_that_are_not_square(tmp_path: Path) -> None:
    first = shown(ingest(tmp_path, made("mp4", *RED, "-vf", "setsar=2", *H264))[1])[0]
    assert is_black(first[:42]) and is_black(first[138:])  # 640x180 as it is meant: 90 rows of ours
    assert first[90, 2, 0] > 240 and first[90, 317, 0] > 240


def test_pictures_that_change_their_size_midway(tmp_path: Path) -> None:
    parts = [made("h264", *picture(1, size), *H264, "-bf", "0") for size in ("160x90", "90x160")]
    (tmp_path / "both.h264").write_bytes(b"".join(parts))
    joined = ("-fflags", "+genpts", "-r", "25", "-i", str(tmp_path / "both.h264"), "-c", "copy")
    result, frames = ingest(tmp_path, made("mkv", *joined))
    assert result.frame_count == pytest.approx(50, abs=1)
    last = shown(frames)[-1]
    assert is_black(last[:, :100]) and not is_black(last[:, 120:200])


def test_frames_that_were_there_are_gone_after_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "frames.mkv").write_bytes(b"of another clip")
    with pytest.raises(UnusableMedia, match="longer than 5 s: cut it"):
        ingest(tmp_path, made("mp4", *picture(7, "16x16"), *H264))
    assert [path.name for path in tmp_path.iterdir() if path.name != "clip"] in ([], ["frames.mkv"])


def test_an_odd_size_is_a_fault_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="321x180"):
        ingest_clip(tmp_path / "x", tmp_path / "y", width=321, height=180, fps=25, longest_seconds=1)
