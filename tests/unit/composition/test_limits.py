"""The limits part good encodes from those that are coarser than was asked for, as they were measured."""

from __future__ import annotations

import pytest

from shared.media.limits import likeness, most_shift

# 2026-11-21, x264 by FFmpeg n9.0.2: mean/low of each page's unique frames, as asked for and at a CRF 9 higher
MEASURED_TABLE = """
ultra 1080 good: 97.5/95.0 97.3/96.1
ultra 480 good: 96.3/92.5 97.8/96.4 99.1/94.4 96.6/96.2 97.1/94.5
ultra 480 crf+9: 86.4/82.9 94.8/92.6 93.9/79.6 93.8/93.7 92.4/87.2
high 1080 good: 96.0/92.4 96.0/94.5 98.9/94.4 97.8/93.5 99.4/93.4 98.4/94.1 95.8/95.7 97.1/93.8
high 1080 crf+9: 87.7/82.1 90.1/86.7 92.7/83.6 87.9/81.9 96.9/80.6 89.9/84.1 91.0/90.9 92.5/85.3
high 480 good: 95.3/91.6 95.8/93.8 97.7/92.8 91.9/88.2 97.5/88.9 94.0/88.4 95.3/94.6 96.7/95.4
high 480 crf+9: 85.4/75.9 86.3/83.9 88.6/79.3 76.1/73.3 80.0/66.2 77.2/70.7 88.9/88.7 89.0/85.6
medium 1080 good: 92.9/87.9 93.7/91.2 96.6/89.0 93.7/88.6 98.6/88.3 95.2/89.8 93.9/93.8 95.4/92.3
medium 1080 crf+9: 77.9/72.7 81.3/75.2 75.3/66.0 70.5/62.5 83.5/61.7 74.2/68.7 83.7/83.6 83.2/73.0
medium 720 good: 88.8/83.8 92.6/87.9 94.6/78.5 93.4/93.1 92.3/85.0
medium 720 crf+9: 64.3/57.8 74.1/69.8 62.0/44.3 80.9/80.7
medium 480 good: 91.6/84.3 92.0/89.6 94.7/87.0 84.0/81.0 91.8/76.7 86.2/80.0 92.6/91.6 93.0/89.3
medium 480 crf+9: 75.0/65.3 74.7/69.7 72.6/63.5 51.2/45.5 51.6/37.0 59.2/54.0 80.1/80.0 82.3/73.7
fast 1080 good: 87.9/81.5 89.6/86.0 91.3/82.8 87.1/80.7 96.7/79.7 88.9/83.2 90.9/90.7 92.3/85.2
fast 1080 crf+9: 65.6/49.2 68.7/58.6 62.0/53.0 53.3/43.8 61.6/40.2 56.0/48.6 74.0/73.9 73.1/57.5
fast 720 good: 81.4/77.4 87.7/81.7 84.4/67.3 89.2/89.2 85.7/77.2
fast 720 crf+9: 40.2/32.4 59.4/51.8 37.3/19.2 68.0/67.8 59.7/33.4
fast 480 good: 84.4/75.7 84.9/83.1 85.9/77.7 74.0/70.8 77.8/63.6 76.9/70.5 88.2/87.6 91.2/88.8
fast 480 crf+9: 61.2/34.3 58.5/51.5 52.9/42.3 26.3/19.0 30.0/16.2 35.7/29.9 69.1/69.0 69.0/56.1
preview 1080 good: 96.9/93.1 97.0/94.7 98.2/92.6 97.8/93.4 99.5/93.8 98.6/93.6 96.2/94.5 97.4/95.1
preview 1080 crf+9: 90.8/84.8 91.5/83.4 87.2/80.2 88.5/82.9 97.0/82.7 89.9/84.5 92.0/87.2 94.0/89.7
preview 480 good: 95.5/90.9 96.8/93.7 97.4/92.3 92.9/90.1 94.8/82.9 94.5/90.8 95.2/93.1 97.3/94.8
preview 480 crf+9: 85.0/77.1 87.9/78.3 83.4/76.8 76.3/72.7 77.2/62.1 80.4/77.0 88.3/80.8 92.4/88.9
"""
Key = tuple[str, int, str]
MEASURED: dict[Key, str] = {
    (quality, int(height), encode): figures
    for line in MEASURED_TABLE.strip().splitlines()
    for named, _, figures in [line.partition(": ")]
    for quality, height, encode in [named.split()]
}
LET_PASS = {("preview", 480): 1}
"""A photograph at ultrafast, CRF 37: as good as small print at CRF 28, so no limit parts them."""


def passing(key: Key) -> list[bool]:
    quality, height, _ = key
    limits = likeness(quality, height)  # type: ignore[arg-type]
    found = [tuple(map(float, page.split("/"))) for page in MEASURED[key].split()]
    return [mean >= limits.mean and low >= limits.low for mean, low in found]


@pytest.mark.parametrize("key", [key for key in MEASURED if key[2] == "good"])
def test_what_was_asked_for_passes(key: Key) -> None:
    assert all(passing(key))


@pytest.mark.parametrize("key", [key for key in MEASURED if key[2] != "good"])
def test_what_is_coarser_fails(key: Key) -> None:
    assert sum(passing(key)) == LET_PASS.get(key[:2], 0)


def test_every_quality_has_its_limits_and_the_better_the_higher() -> None:
    for height in (1080, 720, 480):
        means = [likeness(quality, height).mean for quality in ("ultra", "high", "medium", "fast")]
        assert means == sorted(means, reverse=True) and len(set(means)) == 4
        assert likeness("preview", height).mean > likeness("medium", height).mean


def test_other_heights_take_the_next_lower_ones() -> None:
    assert likeness("high", 900) == likeness("high", 720)
    assert likeness("high", 2160) == likeness("high", 1080)
    assert likeness("high", 180) == likeness("high", 480)


def test_only_the_coarsest_quality_may_be_as_far_off_as_its_coding_makes_it() -> None:
    measured = 4.3  # an outro at 720p, CRF 32
    assert most_shift("fast") > measured
    assert (
        max(most_shift("ultra"), most_shift("high"), most_shift("medium"), most_shift("preview")) < measured
    )
