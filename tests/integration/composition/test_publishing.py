"""Published clips stay as long as a video uses them; an MP4 can be made from them at any time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from local.postgres import Postgres
from shared.accounts import open_workspace
from shared.composition import make_version, withdraw_clips
from shared.composition.keeping import NoSuchVersion, keep_files
from shared.composition.publishing import publish_clips
from shared.database import Database
from shared.database.models import ClipUse, ComposedVideo, PublishedClip
from shared.media.files import UnusableMedia
from shared.storage import FileStorage
from tests.support.published_videos import Written, scenes_of, write
from tests.support.recorded_scenes import CountingStorage, pictures_of, sound_of


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Written, Written]:
    """Two videos that share two of their three scenes."""
    folder = tmp_path_factory.mktemp("written")
    storage = CountingStorage(folder / "storage")
    ana, bert = (write(storage, scenes_of(storage, name), folder / name) for name in ("Ana", "Bert"))
    return ana, bert


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    """Without any clips to encode from, or encoded ones."""
    (tmp_path / "storage").mkdir()
    return CountingStorage(tmp_path / "storage")


def new_row(database: Database, workspace_id: int) -> int:
    with database.workspace(workspace_id) as session:
        row = ComposedVideo(workspace_id=workspace_id, resolution="320x180", status="processing")
        session.add(row)
        session.flush()
        return row.id


def published(database: Database, workspace_id: int) -> dict[str, int]:
    with database.workspace(workspace_id) as session:
        return {row.key: row.size_bytes for row in session.scalars(select(PublishedClip))}


def uses(database: Database, workspace_id: int) -> set[tuple[str, int]]:
    with database.workspace(workspace_id) as session:
        return {(row.key, row.composed_video_id) for row in session.scalars(select(ClipUse))}


def withdraw(row: int, database: Database, workspace_id: int, storage: FileStorage) -> None:
    with database.workspace(workspace_id) as session:
        withdraw_clips(row, session, storage)


def test_shared_clips_go_with_the_last_video(
    written: tuple[Written, Written], database: Database, workspace_id: int, storage: CountingStorage
) -> None:
    ana, bert = written
    rows = [new_row(database, workspace_id) for _ in written]
    for one, row in zip(written, rows, strict=True):
        publish_clips(one.files, workspace_id, row, database, storage)
    everything = ana.files | bert.files
    assert len(everything) == len(ana.files) + 2 + 2 + 1  # his card has two segments at each level
    assert sorted(storage.puts) == sorted(everything)  # each once
    assert set(storage.keys("public/")) == set(everything)
    sizes = {key: file.stat().st_size for key, file in everything.items()}
    assert published(database, workspace_id) == sizes
    assert uses(database, workspace_id) == {
        (key, row) for one, row in zip(written, rows, strict=True) for key in one.files
    }

    withdraw(rows[0], database, workspace_id, storage)
    assert set(storage.keys("public/")) == set(bert.files)
    assert set(published(database, workspace_id)) == set(bert.files)
    for key, file in bert.files.items():
        assert storage.get(key) == file.read_bytes()

    withdraw(rows[1], database, workspace_id, storage)
    assert (list(storage.keys("public/")), published(database, workspace_id)) == ([], {})
    assert uses(database, workspace_id) == set()


def test_publishing_again_changes_nothing_and_puts_what_is_lost(
    written: tuple[Written, Written], database: Database, workspace_id: int, storage: CountingStorage
) -> None:
    """As a step does that is tried again after it was killed between its rows and its objects."""
    ana, _ = written
    row = new_row(database, workspace_id)
    publish_clips(ana.files, workspace_id, row, database, storage)
    lost = sorted(ana.files)[3]
    storage.delete(lost)
    storage.puts.clear()
    publish_clips(ana.files, workspace_id, row, database, storage)
    assert storage.puts == [lost]
    assert uses(database, workspace_id) == {(key, row) for key in ana.files}


def test_withdrawing_twice_or_what_was_never_published(
    written: tuple[Written, Written], database: Database, workspace_id: int, storage: CountingStorage
) -> None:
    ana, _ = written
    row, never = new_row(database, workspace_id), new_row(database, workspace_id)
    publish_clips(ana.files, workspace_id, row, database, storage)
    withdraw(never, database, workspace_id, storage)
    assert set(storage.keys("public/")) == set(ana.files)
    for _ in range(2):
        withdraw(row, database, workspace_id, storage)
        assert list(storage.keys("public/")) == []


def test_another_workspace_withdraws_nothing_of_ours(
    written: tuple[Written, Written], database: Database, workspace_id: int, storage: CountingStorage
) -> None:
    ana, _ = written
    row = new_row(database, workspace_id)
    publish_clips(ana.files, workspace_id, row, database, storage)
    other = open_workspace(database, f"not {workspace_id}")
    withdraw(row, database, other, storage)
    assert set(storage.keys("public/")) == set(ana.files)
    assert len(uses(database, workspace_id)) == len(ana.files)


def keep(
    one: Written, prefix: str, row: int, database: Database, storage: FileStorage, workspace_id: int
) -> None:
    """As the compose step does for a campaign: everything but the MP4s."""
    publish_clips(one.files, workspace_id, row, database, storage)
    kept = keep_files(one.made.video, one.tracks, prefix, storage, with_mp4=False)
    storage.put(f"{prefix}/timeline.json", one.timeline.model_dump_json().encode())
    with database.workspace(workspace_id) as session:
        session.get_one(ComposedVideo, row).quality_versions = kept["versions"]


def test_an_mp4_made_from_published_clips_is_the_one_that_was_composed(
    written: tuple[Written, Written],
    database: Database,
    workspace_id: int,
    storage: CountingStorage,
) -> None:
    ana, _ = written
    row, prefix = new_row(database, workspace_id), f"videos/{workspace_id}/1"
    keep(ana, prefix, row, database, storage, workspace_id)
    assert not [*storage.keys("clips/"), *storage.keys("recordings/")]
    assert not [key for key in storage.keys(f"{prefix}/") if key.endswith(".mp4")]
    for level in ("90p", "180p"):
        key = make_version(row, level, workspace_id, prefix, database, storage)
        original = ana.made.video.versions[level]
        frames, again = pictures_of(original), pictures_of(storage.path(key))
        assert [(frame.pts, frame.time_base) for frame in again] == [
            (frame.pts, frame.time_base) for frame in frames
        ]
        assert all(
            one.to_ndarray().tobytes() == other.to_ndarray().tobytes()
            for one, other in zip(again, frames, strict=True)
        )
        assert (sound_of(storage.path(key)) == sound_of(original)).all()
        assert storage.get(key) == original.read_bytes()
        with database.workspace(workspace_id) as session:
            found = session.get_one(ComposedVideo, row)
            [version] = [one for one in found.quality_versions if one["quality"] == level]
            assert (version["file_path"], version["file_size_bytes"]) == (key, original.stat().st_size)
            assert found.video_file_path == (key if level == "180p" else None)


def test_an_mp4_that_is_there_is_not_made_again(
    written: tuple[Written, Written], database: Database, workspace_id: int, storage: CountingStorage
) -> None:
    row, prefix = new_row(database, workspace_id), f"videos/{workspace_id}/1"
    keep(written[0], prefix, row, database, storage, workspace_id)
    first = make_version(row, "90p", workspace_id, prefix, database, storage)
    assert make_version(row, "90p", workspace_id, prefix, database, storage) == first
    assert storage.puts.count(first) == 1


def test_a_size_that_was_not_made(
    written: tuple[Written, Written], database: Database, workspace_id: int, storage: CountingStorage
) -> None:
    row, prefix = new_row(database, workspace_id), f"videos/{workspace_id}/1"
    keep(written[0], prefix, row, database, storage, workspace_id)
    with pytest.raises(NoSuchVersion, match="not made in 1080p: there is 180p, 90p"):
        make_version(row, "1080p", workspace_id, prefix, database, storage)


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.95])
@pytest.mark.parametrize("part", ["pictures", "sound"])
def test_a_damaged_published_clip_makes_no_mp4(
    written: tuple[Written, Written],
    database: Database,
    workspace_id: int,
    storage: CountingStorage,
    part: str,
    kept: float,
) -> None:
    ana, _ = written
    row, prefix = new_row(database, workspace_id), f"videos/{workspace_id}/1"
    keep(ana, prefix, row, database, storage, workspace_id)
    track = ana.tracks.sound if part == "sound" else ana.tracks.renditions[0].track
    key = f"public{track.segments[1].path}"
    whole = storage.get(key)
    storage.put(key, whole[: int(len(whole) * kept)])
    with pytest.raises(UnusableMedia, match="is damaged"):
        make_version(row, "180p", workspace_id, prefix, database, storage)
    assert not storage.exists(f"{prefix}/180p.mp4")


@pytest.mark.timeout(60)
def test_withdrawing_one_video_while_another_is_published(
    written: tuple[Written, Written], migrated: Postgres, workspace_id: int, storage: CountingStorage
) -> None:
    """Whichever is first, the one that stays has all its clips."""
    ana, bert = written
    databases = [Database(migrated.app_url) for _ in range(2)]
    together = threading.Barrier(2)

    def withdraw_one(row: int) -> None:
        together.wait()
        withdraw(row, databases[0], workspace_id, storage)

    def publish_other(row: int) -> None:
        together.wait()
        publish_clips(bert.files, workspace_id, row, databases[1], storage)

    with ThreadPoolExecutor(2) as pool:
        for _ in range(8):
            going, coming = (new_row(databases[0], workspace_id) for _ in range(2))
            publish_clips(ana.files, workspace_id, going, databases[0], storage)
            for work in [pool.submit(withdraw_one, going), pool.submit(publish_other, coming)]:
                work.result()
            assert set(storage.keys("public/")) == set(bert.files)
            assert set(published(databases[0], workspace_id)) == set(bert.files)
            withdraw(coming, databases[0], workspace_id, storage)
    for database in databases:
        database.close()
