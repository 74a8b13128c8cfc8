"""A composed video as HLS: its clips, its playlists, and what FFmpeg makes of them."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import pytest

from shared.composition.hls import Segment, Track, picture_fragments
from shared.composition.publishing import MASTER
from tests.support.published_videos import Written, boxes, scenes_of, write
from tests.support.recorded_scenes import CountingStorage, pictures_of

FRAMES = 45 + 60 + 20
SAMPLES = FRAMES * 1600
COMPLAINT = re.compile("discontinuity|out of order|non.monoton|invalid|error|corrupt|missing", re.IGNORECASE)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> CountingStorage:
    return CountingStorage(tmp_path_factory.mktemp("storage"))


@pytest.fixture(scope="module")
def ana(storage: CountingStorage, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(storage, scenes_of(storage, "Ana"), tmp_path_factory.mktemp("ana"))


@pytest.fixture(scope="module")
def site(ana: Written, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Playlists and clips in a folder, with addresses from it instead of from the site's root."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "clips").mkdir()
    for key, file in ana.files.items():
        shutil.copyfile(file, folder / "clips" / Path(key).name)
    for name, text in ana.tracks.playlists.items():
        (folder / name).write_text(text.replace("/clips/", "clips/"))
    return folder


def tracks(written: Written) -> list[Track]:
    return [*(rendition.track for rendition in written.tracks.renditions), written.tracks.sound]


def decode_time(written: Written, segment: Segment) -> int:
    """baseMediaDecodeTime of a segment (ISO/IEC 14496-12, 8.8.12)."""
    data = written.file(segment.path).read_bytes()
    at = data.index(b"tfdt") + 4
    return int.from_bytes(data[at + 4 : at + (12 if data[at] == 1 else 8)])


def test_there_is_a_file_for_each_segment_at_each_level(ana: Written) -> None:
    assert [rendition.level.name for rendition in ana.tracks.renditions] == ["180p", "90p"]
    assert [len(track.segments) for track in tracks(ana)] == [5, 5, 3]
    assert len(ana.files) == 3 + 5 + 5 + 3  # with their heads


def test_clips_of_a_track_have_one_head(ana: Written, tmp_path: Path) -> None:
    for track in tracks(ana):
        assert [kind for kind, _, _ in boxes(ana.file(track.head).read_bytes())] == ["ftyp", "moov"]
    for level in ana.timeline.levels:
        clips = [clip.file for clip in ana.made.clips if clip.level == level]
        heads = {picture_fragments(clip, 0, 30, tmp_path / "x.mp4").head for clip in clips}
        assert len(heads) == 1


def test_segments_begin_at_key_frames_and_are_whole(ana: Written) -> None:
    for rendition in ana.tracks.renditions:
        lengths = [segment.seconds * 30 for segment in rendition.track.segments]
        assert lengths == pytest.approx([30, 15, 30, 30, 20])
    for track in tracks(ana):
        for segment in track.segments:
            data = ana.file(segment.path).read_bytes()
            assert len(data) == segment.size
            assert [kind for kind, _, _ in boxes(data)] == ["moof", "mdat"]


def test_the_times_of_clips_are_those_of_the_video(ana: Written) -> None:
    for rendition in ana.tracks.renditions:
        times = [decode_time(ana, segment) for segment in rendition.track.segments]
        assert times == [first * 512 for first in (0, 30, 45, 75, 105)]
    heard = [decode_time(ana, segment) for segment in ana.tracks.sound.segments]
    lengths = [round(segment.seconds * 48_000) for segment in ana.tracks.sound.segments]
    assert heard[0] == 0 and all(at % 1024 == 0 for at in heard)
    assert [after - before for before, after in pairwise(heard)] == lengths[:-1]
    for at, first in zip(heard, (0, 45, 105), strict=True):
        assert 0 <= at - first * 1600 < 1024  # a packet is the scene's in which it begins


def lasts(text: str) -> float:
    return sum(float(seconds) for seconds in re.findall(r"#EXTINF:([\d.]+),", text))


def test_playlists_are_as_long_as_the_video(ana: Written) -> None:
    texts = ana.tracks.playlists
    for name in ("180p.m3u8", "90p.m3u8"):
        assert lasts(texts[name]) == pytest.approx(FRAMES / 30, abs=5e-6)
        assert "#EXT-X-TARGETDURATION:1\n" in texts[name]
    missing = SAMPLES / 48_000 - lasts(texts["sound.m3u8"])
    assert -5e-6 <= missing < 1024 / 48_000
    for name in ("180p.m3u8", "90p.m3u8", "sound.m3u8"):
        assert texts[name].endswith("#EXT-X-ENDLIST\n")
        assert texts[name].count("#EXT-X-MAP") == 1
        assert "DISCONTINUITY" not in texts[name]


def test_the_master_playlist_names_what_is_there(ana: Written) -> None:
    text = ana.tracks.playlists[MASTER]
    assert [line for line in text.splitlines() if not line.startswith("#")] == ["180p.m3u8", "90p.m3u8"]
    assert "RESOLUTION=320x180,FRAME-RATE=30.000" in text and "RESOLUTION=160x90" in text
    for rendition in ana.tracks.renditions:
        assert re.fullmatch(r"avc1\.6400[0-9a-f]{2}", rendition.codec)
        peak = max(segment.size * 8 / segment.seconds for segment in rendition.track.segments)
        sound = max(segment.size * 8 / segment.seconds for segment in ana.tracks.sound.segments)
        stated = re.search(rf"BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+).*\n{rendition.path}", text)
        assert stated is not None and int(stated[1]) >= peak + sound - 2
        assert int(stated[2]) <= int(stated[1])


def ffmpeg(site: Path, *arguments: str) -> tuple[str, str]:
    """What FFmpeg writes and what it says of the master playlist, read from start to end."""
    done = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info",
         "-i", MASTER, *arguments, "-"],
        cwd=site, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout, done.stderr


def rows(text: str) -> list[list[str]]:
    return [re.split(r",\s*", line) for line in text.splitlines() if line and not line.startswith("#")]


def base(text: str) -> Fraction:
    found = re.search(r"#tb 0: (\d+/\d+)", text)
    assert found is not None
    return Fraction(found[1])


@pytest.mark.parametrize(("number", "level"), [(0, "180p"), (1, "90p")])
def test_ffmpeg_reads_every_picture_once_and_in_time(
    ana: Written, site: Path, number: int, level: str
) -> None:
    written, said = ffmpeg(site, "-map", f"0:v:{number}", "-fps_mode", "passthrough", "-f", "framemd5")
    assert not COMPLAINT.search(said)
    assert "Duration: 00:00:04.17" in said
    frames = rows(written)
    assert [int(row[2]) * base(written) for row in frames] == [Fraction(n, 30) for n in range(FRAMES)]
    planes = [
        hashlib.md5(picture.to_ndarray().tobytes(), usedforsecurity=False).hexdigest()
        for picture in pictures_of(ana.made.video.versions[level])
    ]
    assert [row[-1] for row in frames] == planes


def test_ffmpeg_reads_the_sound_without_a_gap(ana: Written, site: Path) -> None:
    written, said = ffmpeg(site, "-map", "0:a:0", "-c", "copy", "-f", "framecrc")
    assert not COMPLAINT.search(said)
    packets = [packet for part in ana.made.sound for packet in part.packets]
    assert [(int(row[2]), int(row[4])) for row in rows(written)] == [
        (number * 1024, len(packet)) for number, packet in enumerate(packets)
    ]


def test_videos_share_what_begins_at_the_same_frame(
    ana: Written, storage: CountingStorage, tmp_path: Path
) -> None:
    before = len(storage.clips_put())
    bert = write(storage, scenes_of(storage, "Bert"), tmp_path / "bert")
    assert len(storage.clips_put()) - before == 2  # his card, at two levels
    shared = set(ana.files) & set(bert.files)
    for rendition, other in zip(ana.tracks.renditions, bert.tracks.renditions, strict=True):
        ours, his = ([segment.path for segment in one.track.segments] for one in (rendition, other))
        assert ours[2:] == his[2:] and not set(ours[:2]) & set(his[:2])  # the card has two segments
    assert len(shared) == 3 + 6 + 2  # heads, tour and end at two levels, their sound
    for key in shared:
        assert ana.files[key].read_bytes() == bert.files[key].read_bytes()


def test_a_shared_scene_that_begins_elsewhere_is_another_clip(
    ana: Written, storage: CountingStorage, tmp_path: Path
) -> None:
    before = len(storage.clips_put())
    later = write(storage, scenes_of(storage, "Ana Maria", card_frames=60), tmp_path / "later")
    assert len(storage.clips_put()) - before == 2  # nothing but the card is encoded all the same
    pictures = {segment.path for track in tracks(ana)[:2] for segment in track.segments}
    assert not pictures & {segment.path for track in tracks(later)[:2] for segment in track.segments}


def test_names_tell_workspaces_apart(ana: Written, storage: CountingStorage, tmp_path: Path) -> None:
    other = write(storage, ana.timeline.scenes, tmp_path / "other", workspace_id=2)
    assert not set(ana.files) & set(other.files)
