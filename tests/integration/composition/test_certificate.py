"""The certificate of a video that was really composed: good as it is, and bad each way we break it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from shared.composition import ComposedVideo, Timeline, compose
from shared.composition.captioning import captions, srt
from shared.composition.certificate import Certificate, ClipScores, Expected, certify
from shared.composition.chapters import chapters, container_chapters
from shared.media.ffmpeg import run_ffmpeg
from shared.media.vmaf import Scores
from tests.support.recorded_scenes import QUICK, SMALL, CountingStorage, put_scene, put_voice

STILL = ((10 / 30, 45 / 30), (75 / 30, 88 / 30), (89 / 30, 102 / 30), (105 / 30, 135 / 30))
GOOD = Scores(mean=99, low=98, shift=0.5, frames=30, seconds=1)


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> tuple[Timeline, CountingStorage]:
    storage = CountingStorage(tmp_path_factory.mktemp("storage"))
    hello = put_voice(storage, "hello", 1.2, text="Hi Ana, hello.")
    rest = put_voice(storage, "rest", 2.5, text="شكرا لك Acme 欧阳娜娜 👩‍💻 this is it.")
    scenes = (
        put_scene(storage, "card", [1] * 10 + [35], 0, hello),
        put_scene(storage, "tour", [1] * 30 + [13, 1, 13, 1, 1, 1, 30], 11, rest),
    )
    return Timeline(viewport=SMALL, scenes=scenes, encoder=QUICK), storage


@pytest.fixture(scope="module")
def made(
    timeline: tuple[Timeline, CountingStorage], tmp_path_factory: pytest.TempPathFactory
) -> ComposedVideo:
    video, storage = timeline
    return compose(video, storage, tmp_path_factory.mktemp("made"), workspace_id=1).video


def expected(timeline: tuple[Timeline, CountingStorage], **other: object) -> Expected:
    video, _ = timeline
    given = {
        "timeline": video, "quality": "high", "captions": captions(video), "name": "Ana", "company": "Acme",
        "shown_text": "Hi\nANA, a quick look for ACME", "still": STILL,
    } | other  # fmt: skip
    return Expected.model_validate(given)


def failed(certificate: Certificate) -> list[str]:
    assert certificate.verdict == ("fail" if certificate.failed else "ok")
    return [check.name for check in certificate.failed]


def test_a_good_video(timeline: tuple[Timeline, CountingStorage], made: ComposedVideo) -> None:
    clips = [ClipScores(clip="card", level="480p", scores=GOOD)]
    certificate = certify({"480p": made.versions["180p"]}, expected(timeline), clips)
    assert failed(certificate) == []
    (version,) = certificate.versions
    assert (version.width, version.height, version.fps) == (320, 180, 30)
    assert (version.frame_count, version.duration_seconds) == (135, 4.5)
    assert version.constant_frame_rate and version.fast_start
    assert version.av_end_seconds == pytest.approx(0, abs=0.034)
    assert certificate.loudness.integrated_lufs == pytest.approx(-16, abs=0.5)
    assert certificate.captioned == 1
    assert Certificate.model_validate_json(certificate.model_dump_json()) == certificate


def test_what_was_promised_and_is_not_there(
    timeline: tuple[Timeline, CountingStorage], made: ComposedVideo
) -> None:
    blurred = ClipScores(clip="tour", level="480p", scores=GOOD.model_copy(update={"mean": 80, "low": 70}))
    tinted = ClipScores(clip="card", level="480p", scores=GOOD.model_copy(update={"shift": 5}))
    wanted = expected(timeline, name="Anna", captions="WEBVTT\n", still=())
    assert failed(certify({"480p": made.versions["180p"]}, wanted, [blurred, tinted])) == [
        "frozen stretches that were not asked for",
        "480p tour: VMAF",
        "480p tour: VMAF of the worst hundredth",
        "480p card: tones off by",
        "words in captions",
        "name on the cards",
    ]


BROKEN = {
    "loud": (["-c:v", "copy", "-af", "volume=9dB"], {"loudness", "true peak"}),
    "late": (["-c:v", "copy", "-af", "adelay=200:all=1"], {"480p sound's end beside the picture's"}),
    "silent": (
        ["-c", "copy", "-an"],
        {"480p sound's start beside the picture's", "480p sound's end beside the picture's"},
    ),
    "short": (["-c", "copy", "-frames:v", "120"], {"480p frames", "480p duration"}),
    "slow": (["-c:a", "copy", "-r", "25"], {"480p frame rate", "480p frames"}),
    "behind": (["-c", "copy", "-movflags", "-faststart"], {"480p index"}),
    "narrow": (["-c:a", "copy", "-vf", "scale=300:180"], {"480p size"}),
}


@pytest.mark.parametrize(("how", "named"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file(
    how: list[str],
    named: set[str],
    timeline: tuple[Timeline, CountingStorage],
    made: ComposedVideo,
    tmp_path: Path,
) -> None:
    video = tmp_path / "broken.mp4"
    front = [] if "-faststart" in how else ["-movflags", "+faststart"]
    run_ffmpeg(
        ["-i", str(made.versions["180p"]), *how, *front, str(video)],
        purpose="break a video",
        deadline_seconds=60,
    )
    certificate = certify({"480p": video}, expected(timeline))
    assert named <= set(failed(certificate))


def test_versions_with_other_sound(
    timeline: tuple[Timeline, CountingStorage], made: ComposedVideo, tmp_path: Path
) -> None:
    other = tmp_path / "other.mp4"
    how = ["-c:v", "copy", "-b:a", "64k", "-movflags", "+faststart"]
    run_ffmpeg(
        ["-i", str(made.versions["180p"]), *how, str(other)], purpose="change a sound", deadline_seconds=60
    )
    certificate = certify({"1080p": made.versions["180p"], "480p": other}, expected(timeline))
    assert [version.level for version in certificate.versions] == ["1080p", "480p"]
    assert "sounds of the versions" in failed(certificate)


def test_an_mp4_carries_its_chapters(
    timeline: tuple[Timeline, CountingStorage], made: ComposedVideo, tmp_path: Path
) -> None:
    found = chapters(timeline[0])
    path = tmp_path / "chapters.mp4"
    with av.open(str(made.versions["180p"])) as source, av.open(str(path), "w", format="mp4") as target:
        target.set_chapters(container_chapters(found))
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    with av.open(str(path)) as read:
        told = [
            (
                one["metadata"]["title"],
                *(one[edge] * (one["time_base"] or Fraction(1)) for edge in ("start", "end")),
            )
            for one in read.chapters()
        ]
    assert told == [("card", 0, 1.5), ("tour", 1.5, 4.5)]


@pytest.mark.parametrize(("write", "kind"), [(captions, "webvtt"), (srt, "srt")])
def test_others_read_our_captions_as_they_were_said(
    write: Callable[[Timeline], str], kind: str, timeline: tuple[Timeline, CountingStorage], tmp_path: Path
) -> None:
    file = tmp_path / f"captions.{kind}"
    file.write_text(write(timeline[0]), encoding="utf-8")
    read = run_ffmpeg(
        ["-f", kind, "-i", str(file), "-f", "srt", "pipe:1"], purpose="read captions", deadline_seconds=60
    )
    assert read.strip() == srt(timeline[0]).strip()
