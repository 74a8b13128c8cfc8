"""What proves a video good: every figure that was measured of it, held against its limit.

versions    frames, duration, constant rate, fast start, sound beside picture     `versions.py`
sound       loudness and true peak of what is decoded
picture     black and frozen stretches that nobody asked for                      `stretches.py`
            likeness of each clip to its pictures, measured where it is encoded   `shared.media.vmaf`
words       captions cover the speech; name and company are shown
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from shared.composition.limits import (
    CAPTIONED_SHARE,
    LOUDNESS_LUFS,
    LOUDNESS_TOLERANCE,
    TRUE_PEAK_DBTP,
)
from shared.composition.shown import captioned_share, is_shown
from shared.composition.timeline import Timeline
from shared.composition.versions import Version, measure_loudness, measure_version
from shared.media.limits import likeness, most_shift
from shared.media.loudness import Loudness
from shared.media.presets import Quality
from shared.media.stretches import Stretch, Stretches, unasked, unasked_still, watch_file
from shared.media.vmaf import Scores
from shared.values import Value


class Check(Value):
    """One figure. measured, limit: as a person reads them."""

    name: str
    measured: str
    limit: str
    ok: bool


class ClipScores(Value):
    """How much a clip at a level looks like its pictures. clip: the scene's title."""

    clip: str
    level: str
    scores: Scores


class Certificate(Value):
    """verdict: `fail` if any check is not ok.

    black, frozen: stretches (from, until, in seconds) that nobody asked for. captioned: share of the words.
    seconds: that measuring took, clips left out.
    """

    verdict: Literal["ok", "fail"]

    versions: tuple[Version, ...]
    loudness: Loudness
    black: tuple[Stretch, ...]
    frozen: tuple[Stretch, ...]
    clips: tuple[ClipScores, ...]
    captioned: float
    checks: tuple[Check, ...]
    seconds: float

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.ok)


class Expected(Value):
    """What the video is to be.

    captions: its WebVTT. shown_text: what is to be read on its cards. company: may be blank.
    still, dark: stretches in which its pictures stand, or are black, as `stretches.watch` tells of them.
    shown: the same of the clips that the file is joined from; without it the file is looked through.
    """

    timeline: Timeline
    quality: Quality
    captions: str
    shown_text: str
    name: str
    company: str = ""
    still: tuple[Stretch, ...] = ()
    dark: tuple[Stretch, ...] = ()
    shown: Stretches | None = None


def certify(files: Mapping[str, Path], expected: Expected, clips: Sequence[ClipScores] = ()) -> Certificate:
    """Measure the files of a video, by level such as `1080p`, and judge them.

    Raises UnusableMedia for a file that can't be read to its end.
    """
    started = time.monotonic()
    by_height = sorted(files, key=_height)
    with ThreadPoolExecutor(1) as beside:
        hearing = beside.submit(measure_loudness, files[by_height[-1]])
        versions = tuple(measure_version(level, files[level]) for level in reversed(by_height))
        seen = expected.shown or watch_file(files[by_height[0]])
        loudness = hearing.result()
    black = unasked(seen.black, expected.dark)
    frozen = unasked_still(seen.still, expected.still)
    captioned = captioned_share(expected.timeline, expected.captions)
    checks = [
        *(check for version in versions for check in _version_checks(version, expected.timeline)),
        *_sound_checks(versions, loudness),
        _none("black", black),
        _none("frozen", frozen),
        *(check for clip in clips for check in _clip_checks(clip, expected.quality)),
        Check(
            name="words in captions",
            measured=f"{captioned:.1%}",
            limit=f"at least {CAPTIONED_SHARE:.0%}",
            ok=captioned >= CAPTIONED_SHARE,
        ),
        *_shown_checks(expected),
    ]
    return Certificate(
        verdict="ok" if all(check.ok for check in checks) else "fail",
        versions=versions,
        loudness=loudness,
        black=tuple(black),
        frozen=tuple(frozen),
        clips=tuple(clips),
        captioned=round(captioned, 4),
        checks=tuple(checks),
        seconds=round(time.monotonic() - started, 3),
    )


def _version_checks(version: Version, timeline: Timeline) -> Iterator[Check]:
    def check(name: str, measured: object, limit: object, ok: bool) -> Check:
        return Check(name=f"{version.level} {name}", measured=str(measured), limit=str(limit), ok=ok)

    fps, frames = timeline.viewport.fps, timeline.frame_count
    seconds = round(timeline.duration_seconds, 3)
    width, height = timeline.viewport.pixels
    shape = version.width - version.height * width / height
    size = f"{version.width}x{version.height}"
    level = min(_height(version.level), min(width, height) // 2 * 2)
    yield check(
        "size",
        size,
        f"{level} at the shorter side, in the shape of {width}x{height}",
        min(version.width, version.height) == level and abs(shape) <= 2,
    )
    yield check("frames", version.frame_count, frames, version.frame_count == frames)
    off = abs(version.duration_seconds - seconds)
    yield check("duration", f"{version.duration_seconds} s", f"{seconds} s", off <= 0.001 + 1e-9)
    yield check("frame rate", version.fps, fps, version.constant_frame_rate and version.fps == fps)
    yield check("index", "in front" if version.fast_start else "behind", "in front", version.fast_start)
    for edge, gap in (("start", version.av_start_seconds), ("end", version.av_end_seconds)):
        measured = "no sound" if gap is None else f"{gap:+.3f} s"
        ok = gap is not None and abs(gap) <= 1 / fps + 1e-3
        yield check(f"sound's {edge} beside the picture's", measured, f"within {1 / fps:.3f} s", ok)


def _sound_checks(versions: Sequence[Version], loudness: Loudness) -> Iterator[Check]:
    heard, peak = loudness.integrated_lufs, loudness.true_peak_dbtp
    yield Check(
        name="loudness",
        measured="silence" if heard is None else f"{heard:.1f} LUFS",
        limit=f"{LOUDNESS_LUFS:.0f} ± {LOUDNESS_TOLERANCE} LUFS",
        ok=heard is None or abs(heard - LOUDNESS_LUFS) <= LOUDNESS_TOLERANCE,
    )
    yield Check(
        name="true peak",
        measured="silence" if peak is None else f"{peak:.2f} dBTP",
        limit=f"below {TRUE_PEAK_DBTP:.0f} dBTP",
        ok=peak is None or peak < TRUE_PEAK_DBTP,
    )
    kinds = len({version.sound for version in versions})
    yield Check(name="sounds of the versions", measured=f"{kinds}", limit="1", ok=kinds == 1)


def _clip_checks(clip: ClipScores, quality: Quality) -> Iterator[Check]:
    limits, scores = likeness(quality, _height(clip.level)), clip.scores
    for name, measured, least in (
        ("VMAF", scores.mean, limits.mean),
        ("VMAF of the worst hundredth", scores.low, limits.low),
    ):
        yield Check(
            name=f"{clip.level} {clip.clip}: {name}",
            measured=f"{measured:.1f}",
            limit=f"at least {least}",
            ok=measured >= least,
        )
    yield Check(
        name=f"{clip.level} {clip.clip}: tones off by",
        measured=f"{scores.shift:.1f} of 255",
        limit=f"at most {most_shift(quality)}",
        ok=scores.shift <= most_shift(quality),
    )


def _shown_checks(expected: Expected) -> Iterator[Check]:
    for what, wanted in (("name", expected.name), ("company", expected.company)):
        if wanted.strip():
            ok = is_shown(wanted, expected.shown_text)
            yield Check(
                name=f"{what} on the cards", measured="shown" if ok else "not shown", limit=wanted, ok=ok
            )


def _none(what: str, found: Sequence[Stretch]) -> Check:
    said = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in found)
    return Check(
        name=f"{what} stretches that were not asked for", measured=said or "none", limit="none", ok=not found
    )


def _height(level: str) -> int:
    return int(level.removesuffix("p"))
