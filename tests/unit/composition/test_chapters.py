"""Chapters as data: which scenes they take together, and how they are written."""

from __future__ import annotations

from fractions import Fraction

from shared.composition.captioning import read_webvtt
from shared.composition.chapters import Chapter, chapters, chapters_vtt, container_chapters
from shared.composition.timeline import Scene, Timeline
from shared.recording import Viewport


def timeline(*scenes: tuple[str, int]) -> Timeline:
    """Titles, and frames at 30 a second."""
    return Timeline(
        viewport=Viewport(),
        scenes=tuple(
            Scene(title=title, scene_type="demo", job="j", frame_count=frames) for title, frames in scenes
        ),
    )


def test_scenes_of_one_title_are_one_chapter() -> None:
    found = chapters(timeline(("Hello", 90), ("Tour", 1800), ("Tour", 450), ("Hello", 30)))
    assert found == (
        Chapter(title="Hello", start=0, end=3),
        Chapter(title="Tour", start=3, end=78),
        Chapter(title="Hello", start=78, end=79),
    )


def test_what_is_short_belongs_to_its_neighbour() -> None:
    assert chapters(timeline(("A", 60), ("B", 29), ("C", 60))) == (
        Chapter(title="A", start=0, end=89 / 30),
        Chapter(title="C", start=89 / 30, end=149 / 30),
    )
    assert chapters(timeline(("A", 10), ("B", 60))) == (Chapter(title="B", start=0, end=70 / 30),)
    assert chapters(timeline(("A", 10))) == (Chapter(title="A", start=0, end=10 / 30),)


def test_they_cover_the_video_whatever_it_has() -> None:
    for lengths in ([5, 5, 5, 5], [40, 5, 40, 5], [5, 100, 5, 31, 3]):
        video = timeline(*((f"{n}", length) for n, length in enumerate(lengths)))
        found = chapters(video)
        edges = [0.0, *(chapter.end for chapter in found)]
        assert [chapter.start for chapter in found] == edges[:-1]
        assert edges[-1] == video.duration_seconds
        assert all(chapter.end - chapter.start >= 1 for chapter in found) or len(found) == 1


def test_as_webvtt() -> None:
    found = chapters(timeline(("What you'd gain\n& why", 90), ("日本語 👩‍💻 <1> --> 2", 60)))
    text = chapters_vtt(found)
    assert text == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:03.000\nWhat you'd gain &amp; why\n\n"
        "00:00:03.000 --> 00:00:05.000\n日本語 👩‍💻 &lt;1&gt; --&gt; 2\n"
    )
    assert [(cue.start, cue.lines) for cue in read_webvtt(text)] == [
        (0.0, ("What you'd gain & why",)),
        (3.0, ("日本語 👩‍💻 <1> --> 2",)),
    ]


def test_as_a_container_takes_them() -> None:
    first, second = container_chapters(chapters(timeline(("A", 100), ("B", 50))))
    assert first == {
        "id": 1, "start": 0, "end": 3333, "time_base": Fraction(1, 1000), "metadata": {"title": "A"},
    }  # fmt: skip
    assert (second["start"], second["end"]) == (3333, 5000)
