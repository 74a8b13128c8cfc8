"""VideoComposer on files: a recording and a voice in, a video out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from shared.composition import Intro, VideoComposer
from shared.media.files import UnusableMedia, probe_video
from shared.settings import Settings
from tests.support.recorded_scenes import (
    Pixels,
    numbered,
    pictures_of,
    pixels,
    read_number,
    sound_of,
    speech,
    wav,
)

PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(leadreel_home=tmp_path / "home", video_default_resolution="640x360")


def write_recording(path: Path, frames: int, codec: str = "libx264", rate: int = 30) -> Path:
    """A video of numbered pictures, 320x180."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 320, 180, "yuv420p", 2_000_000
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(numbered(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_voice(path: Path, seconds: float) -> Path:
    path.write_bytes(wav(speech(seconds)))
    return path


def shown(video: Path) -> list[Pixels]:
    return [pixels(frame) for frame in pictures_of(video)]


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "libx264"), ("webm", "libvpx")])
async def test_a_longer_voice_holds_the_last_picture(
    settings: Settings, tmp_path: Path, suffix: str, codec: str
) -> None:
    result = await VideoComposer(settings).compose_video(
        recording_path=write_recording(tmp_path / f"tour.{suffix}", 30, codec),
        voiceover_path=write_voice(tmp_path / "voice.wav", 2.0),
        output_path=tmp_path / "final.mp4",
        add_intro=False,
        quality="preview",
    )
    assert [read_number(picture) for picture in shown(tmp_path / "final.mp4")] == [*range(30), *[29] * 30]
    assert (result.duration_seconds, result.resolution) == (2.0, "640x360")
    assert 0 <= 2 * 48_000 - len(sound_of(result.video_file_path)) < 1024
    assert result.quality_versions == {"360p": tmp_path / "final.mp4"}
    assert (result.has_intro, result.branding_applied) == (False, False)
    assert result.file_size_bytes == (tmp_path / "final.mp4").stat().st_size
    assert result.processing_time_seconds > 0
    assert result.thumbnail_path.read_bytes().startswith(b"\xff\xd8\xff")
    assert sorted(path.name for path in tmp_path.iterdir() if "final" in path.name) == [
        "final.jpg",
        "final.mp4",
    ]


async def test_a_shorter_voice_is_followed_by_silence(settings: Settings, tmp_path: Path) -> None:
    result = await VideoComposer(settings).compose_video(
        recording_path=write_recording(tmp_path / "tour.mp4", 40, rate=20),
        voiceover_path=write_voice(tmp_path / "voice.wav", 0.8),
        add_intro=False,
        quality="preview",
    )
    assert result.video_file_path.parent == settings.storage_path / "composed"
    facts = probe_video(result.video_file_path)
    assert (facts.frame_count, facts.frame_rate) == (60, 30)
    assert np.abs(sound_of(result.video_file_path)[48_000:]).max() < 1e-3


async def test_smaller_sizes_stand_beside_the_video(tmp_path: Path) -> None:
    result = await VideoComposer(
        Settings(leadreel_home=tmp_path / "home", video_default_resolution="960x540")
    ).compose_video(
        recording_path=write_recording(tmp_path / "tour.mp4", 10),
        voiceover_path=write_voice(tmp_path / "voice.wav", 0.3),
        output_path=tmp_path / "final.mp4",
        add_intro=False,
        quality="preview",
        quality_versions=("1080p", "480p"),
    )
    assert result.quality_versions == {
        "540p": tmp_path / "final.mp4",
        "480p": tmp_path / "final-480p.mp4",
    }
    for file, size in zip(result.quality_versions.values(), ((960, 540), (854, 480)), strict=True):
        pictures = shown(file)
        assert pictures[0].shape[1::-1] == size
        assert [read_number(picture) for picture in pictures] == list(range(10))


async def test_an_intro_is_filmed_and_the_voice_waits_for_it(settings: Settings, tmp_path: Path) -> None:
    result = await VideoComposer(settings).compose_video(
        recording_path=write_recording(tmp_path / "tour.mp4", 30),
        voiceover_path=write_voice(tmp_path / "voice.wav", 1.0),
        output_path=tmp_path / "final.mp4",
        quality="preview",
        intro=Intro(name="Ana", company="Acme", duration_seconds=2.0),
    )
    pictures = shown(tmp_path / "final.mp4")
    assert (result.has_intro, result.duration_seconds, len(pictures)) == (True, 3.0, 90)
    assert [read_number(picture) for picture in pictures[60:]] == list(range(30))
    assert np.abs(pictures[45].astype(int) - pictures[60]).mean() > 10
    sound = np.abs(sound_of(tmp_path / "final.mp4")[:, 0])
    assert sound[:95_000].max() < 1e-3 < 0.05 < sound[96_000:].max()


@pytest.mark.parametrize("suffix", ["png", "jpg"])
async def test_a_logo_is_placed_in_its_corner(settings: Settings, tmp_path: Path, suffix: str) -> None:
    logo = tmp_path / f"logo.{suffix}"
    codec, pix_fmt = {"png": ("png", "rgb24"), "jpg": ("mjpeg", "yuvj420p")}[suffix]
    with av.open(str(logo), "w", format="image2") as container:
        stream = container.add_stream(codec)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 200, 100, pix_fmt
        red = np.full((100, 200, 3), (220, 30, 40), np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(red, format="rgb24")))
        container.mux(stream.encode(None))
    result = await VideoComposer(settings).compose_video(
        recording_path=write_recording(tmp_path / "tour.mp4", 12),
        voiceover_path=write_voice(tmp_path / "voice.wav", 0.4),
        output_path=tmp_path / "final.mp4",
        add_intro=False,
        logo_path=logo,
        logo_position="bottom-left",
    )
    assert result.branding_applied
    for picture in (shown(tmp_path / "final.mp4")[0], shown(tmp_path / "final.mp4")[-1]):
        assert np.abs(picture[325:340, 25:55].astype(int) - (220, 30, 40)).mean() < 8
        assert np.abs(picture[300:312, 25:55].astype(int) - (220, 30, 40)).mean() > 40


@pytest.mark.parametrize(
    ("recording", "voice", "reason"),
    [
        (b"", None, "tour.mp4 is empty"),
        (PLAYLIST, None, "tour.mp4 is no media file that is known"),
        (wav(speech(0.2)), None, "tour.mp4 holds wav"),
        (None, b"", "voice.wav is empty"),
        (None, PLAYLIST, "voice.wav is no media file that is known"),
        (None, b"ID3" + b"\0" * 200, "voice.wav"),
        ("half", None, "tour.mp4 is (damaged|cut short)"),
        (None, "half", "voice.wav is cut short"),
    ],
)
async def test_media_that_is_not_what_it_says(
    settings: Settings, tmp_path: Path, recording: bytes | str | None, voice: bytes | str | None, reason: str
) -> None:
    files = {
        write_recording(tmp_path / "tour.mp4", 60): recording,
        write_voice(tmp_path / "voice.wav", 2.0): voice,
    }
    for path, content in files.items():
        if content is not None:
            path.write_bytes(
                content if isinstance(content, bytes) else path.read_bytes()[: path.stat().st_size // 2]
            )
    with pytest.raises(UnusableMedia, match=reason):
        await VideoComposer(settings).compose_video(
            recording_path=tmp_path / "tour.mp4",
            voiceover_path=tmp_path / "voice.wav",
            output_path=tmp_path / "final.mp4",
            add_intro=False,
        )
    assert not (tmp_path / "final.mp4").exists()


async def test_a_logo_that_is_no_picture(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"GIF89a" + b"\0" * 40)
    with pytest.raises(UnusableMedia, match=r"logo\.png is a GIF"):
        await VideoComposer(settings).compose_video(
            recording_path=write_recording(tmp_path / "tour.mp4", 10),
            voiceover_path=write_voice(tmp_path / "voice.wav", 0.3),
            add_intro=False,
            logo_path=tmp_path / "logo.png",
        )


async def test_a_video_that_would_be_too_long(tmp_path: Path) -> None:
    settings = Settings(leadreel_home=tmp_path, video_max_duration_seconds=5)
    with pytest.raises(UnusableMedia, match="longer than 5 s"):
        await VideoComposer(settings).compose_video(
            recording_path=write_recording(tmp_path / "tour.mp4", 10),
            voiceover_path=write_voice(tmp_path / "voice.wav", 7.0),
        )
