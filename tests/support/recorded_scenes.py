"""Scenes as the recorder leaves them in storage, drawn by the test: numbered frames, and voices."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from shared.composition import Narration, Scene
from shared.composition.sound import VOICE_LUFS, level
from shared.media.framefile import FrameFile
from shared.media.presets import EncoderSettings
from shared.recording import FRAMES, RESULT, SceneResult, Viewport, Work
from shared.storage import FileStorage, Storage
from shared.voice import Word

Pixels = npt.NDArray[np.uint8]

SMALL = Viewport(width=320, height=180, fps=30)
QUICK = EncoderSettings(preset="veryfast", crf=23)
BITS = 10


class CountingStorage(FileStorage):
    """Remembers the keys that were put."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.puts: list[str] = []

    def put(self, key: str, source: bytes | Path, content_type: str = "application/octet-stream") -> None:
        super().put(key, source, content_type)
        self.puts.append(key)

    def clips_put(self) -> list[str]:
        return [key for key in self.puts if key.startswith("clips/") and key.endswith(".mp4")]


def numbered(number: int, viewport: Viewport = SMALL) -> Pixels:
    """An RGB picture with a strip of BITS squares along its top, white where `number` has a one."""
    picture = np.full((viewport.height, viewport.width, 3), (40, 90, 160), np.uint8)
    picture[:, :, 1] = np.linspace(0, 255, viewport.width, dtype=np.uint8)
    side = viewport.width // BITS
    for bit in range(BITS):
        picture[:side, bit * side : (bit + 1) * side] = 255 if number >> bit & 1 else 0
    return picture


def read_number(picture: Pixels) -> int:
    side = picture.shape[1] // BITS
    return sum(
        1 << bit
        for bit in range(BITS)
        if picture[side // 4 : side * 3 // 4, bit * side + side // 4 : bit * side + side * 3 // 4].mean()
        > 128
    )


def jpeg(picture: Pixels) -> bytes:
    """As the browser writes it: full range, BT.601, quality near 95."""
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 30)
    encoder.qmin = encoder.qmax = 2
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
        format="yuvj420p", dst_colorspace="itu601", dst_color_range="JPEG"
    )
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def frames_file(jpegs: Sequence[bytes], durations: Sequence[int], viewport: Viewport = SMALL) -> bytes:
    """A `frames.mkv`: each JPEG with its duration, in frames."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as container:
        stream = container.add_stream("mjpeg", rate=viewport.fps)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = viewport.pixels
        stream.pix_fmt = "yuvj420p"
        at = 0
        for data, duration in zip(jpegs, durations, strict=True):
            packet = av.Packet(data)
            packet.stream, packet.time_base = stream, Fraction(1, viewport.fps)
            packet.pts = packet.dts = at
            packet.duration, packet.is_keyframe = duration, True
            container.mux(packet)
            at += duration
    return buffer.getvalue()


def put_frames(
    storage: Storage, job: str, frames: bytes, durations: Sequence[int], viewport: Viewport = SMALL
) -> None:
    """Leave a scene's frames and result under a job's prefix."""
    width, height = viewport.pixels
    now = datetime(2026, 1, 1, tzinfo=UTC)
    result = SceneResult(
        frame_count=sum(durations),
        durations=tuple(durations),
        width=width,
        height=height,
        fps=viewport.fps,
        work=Work(started_at=now, finished_at=now),
    )
    storage.put(f"{job}/{FRAMES}", frames)
    storage.put(f"{job}/{RESULT}", result.model_dump_json().encode())


def put_scene(
    storage: Storage,
    name: str,
    durations: Sequence[int],
    first_number: int = 0,
    narration: Narration | None = None,
    viewport: Viewport = SMALL,
    picture: Callable[[int], Pixels] | None = None,
) -> Scene:
    """A recorded scene whose frame n shows the number of the picture that stands there, or a `picture`."""
    job = f"recordings/1/scenes/{name}"
    draw = picture or (lambda number: numbered(number, viewport))
    pictures = [jpeg(draw(first_number + index)) for index in range(len(durations))]
    put_frames(storage, job, frames_file(pictures, durations, viewport), durations, viewport)
    return Scene(title=name, scene_type="demo", job=job, frame_count=sum(durations), narration=narration)


def png(picture: Pixels) -> bytes:
    """An RGBA picture as the browser writes it."""
    encoder = av.CodecContext.create("png", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt, encoder.time_base = "rgba", Fraction(1, 30)
    frame = av.VideoFrame.from_ndarray(picture, format="rgba")
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def put_overlay(
    storage: Storage, name: str, pictures: Sequence[Pixels], durations: Sequence[int], folder: Path
) -> str:
    """A transparent card as the recorder leaves it: RGBA pictures, each for so many frames. Its prefix."""
    job, file = f"recordings/1/scenes/{name}", folder / f"{name}.mkv"
    height, width = pictures[0].shape[:2]
    with FrameFile(file, width, height, SMALL.fps, alpha=True) as frames:
        for picture, duration in zip(pictures, durations, strict=True):
            frames.add(png(picture))
            for _ in range(duration - 1):
                frames.add(None)
    put_frames(storage, job, file.read_bytes(), durations)
    return job


def speech(seconds: float, peak: float = 0.5) -> npt.NDArray[np.float64]:
    """Something like a voice: a buzz in syllables, four a second, 48 kHz mono."""
    at = np.arange(round(seconds * 48_000)) / 48_000
    buzz = sum(np.sin(2 * np.pi * 120 * harmonic * at) / harmonic for harmonic in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * 2 * at) ** 2 * 1.5 - 0.2, 0, 1)
    sound = buzz * syllables
    return np.asarray(sound / max(np.abs(sound).max(), 1e-9) * peak)


def wav(samples: npt.NDArray[np.float64]) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def put_voice(
    storage: Storage, name: str, seconds: float, offset: float = 0.2, text: str = "Hi Ana."
) -> Narration:
    """A narration of synthetic speech, as loud as all pieces come; the words share its time evenly."""
    key = f"voices/1/{name}.wav"
    levelled, _ = level(np.repeat(speech(seconds)[:, np.newaxis], 2, axis=1).astype(np.float32), VOICE_LUFS)
    storage.put(key, wav(levelled[:, 0].astype(np.float64)))
    words = text.split()
    share = seconds / len(words)
    return Narration(
        audio_key=key,
        offset_seconds=offset,
        duration_seconds=seconds,
        words=tuple(
            Word(text=word, start=index * share, end=(index + 1) * share) for index, word in enumerate(words)
        ),
    )


def pixels(frame: av.VideoFrame) -> Pixels:
    """In RGB, (height, width, 3)."""
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def time_of(frame: av.VideoFrame) -> Fraction:
    """In seconds."""
    assert frame.pts is not None and frame.time_base is not None
    return frame.pts * frame.time_base


def pictures_of(video: Path) -> list[av.VideoFrame]:
    with av.open(str(video)) as container:
        return list(container.decode(video=0))


def sound_of(video: Path) -> npt.NDArray[np.float32]:
    """The sound as a player hears it, edit list applied: (samples, channels) at the stream's rate."""
    with av.open(str(video)) as container:
        parts = [frame.to_ndarray().T for frame in container.decode(audio=0)]
    return np.concatenate(parts)
