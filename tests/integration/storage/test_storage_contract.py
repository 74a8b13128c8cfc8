"""One contract for every place that keeps objects."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from pydantic import SecretStr

from local.edge import edge
from local.runtime_api import Answer
from shared.storage import CannotSign, FileStorage, Links, NotStored, Storage
from shared.storage.s3 import SIGNED, S3Storage
from tests.support.in_process import asking
from tests.support.moto_server import moto_server
from tests.support.rclone_server import KEY_ID, SECRET, rclone_server

LINKS = Links(SecretStr("k" * 44))


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with moto_server(tmp_path_factory.mktemp("moto")) as url:
        yield url


@pytest.fixture(scope="module")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with rclone_server(tmp_path_factory.mktemp("rclone")) as url:
        yield url


@pytest.fixture(params=["files", "moto", "rclone"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "files":
        return FileStorage(tmp_path / "storage", LINKS, "http://edge.test")
    client = boto3.client(
        "s3",
        endpoint_url=request.getfixturevalue(request.param),
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=SIGNED.merge(Config(retries={"total_max_attempts": 1})),
    )
    bucket = f"leadreel-{uuid4()}"
    client.create_bucket(Bucket=bucket)
    return S3Storage(client, bucket)


def test_what_is_put_can_be_got_and_fetched(storage: Storage, tmp_path: Path) -> None:
    storage.put("a/b.txt", b"one", "text/plain")
    source = tmp_path / "source"
    source.write_bytes(b"two" * 1000)
    storage.put("a/c.bin", source)
    assert storage.get("a/b.txt") == b"one"
    storage.fetch("a/c.bin", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


def test_putting_again_replaces(storage: Storage) -> None:
    storage.put("k", b"old")
    storage.put("k", b"new")
    assert storage.get("k") == b"new"


def test_what_is_not_there_says_so(storage: Storage, tmp_path: Path) -> None:
    assert not storage.exists("none")
    with pytest.raises(NotStored):
        storage.get("none")
    with pytest.raises(NotStored):
        storage.fetch("none", tmp_path / "none")
    storage.delete("none")


def test_a_copy_is_an_object_of_its_own(storage: Storage) -> None:
    storage.put("from/a", b"first", "text/plain")
    storage.put("to/b", b"replaced")
    storage.copy("from/a", "to/b")
    storage.put("from/a", b"second")
    assert (storage.get("from/a"), storage.get("to/b")) == (b"second", b"first")
    storage.delete("from/a")
    assert storage.get("to/b") == b"first"
    assert list(storage.keys("")) == ["to/b"]


def test_copying_again_changes_nothing(storage: Storage) -> None:
    storage.put("a", b"1")
    for target in ("b", "b", "a"):
        storage.copy("a", target)
    assert list(storage.keys("")) == ["a", "b"]
    assert storage.get("a") == storage.get("b") == b"1"


@pytest.mark.parametrize("target", ["there", "none"])
def test_what_is_not_there_is_not_copied(storage: Storage, target: str) -> None:
    storage.put("there", b"1")
    with pytest.raises(NotStored):
        storage.copy("none", target)
    assert list(storage.keys("")) == ["there"]


def test_deleting_forgets(storage: Storage) -> None:
    storage.put("x/y", b"1")
    assert storage.exists("x/y")
    storage.delete("x/y")
    assert not storage.exists("x/y")


def test_keys_are_listed_by_prefix_in_order(storage: Storage) -> None:
    for key in ("v/2/b", "v/1/a", "v/10/c", "w/1"):
        storage.put(key, b"")
    assert list(storage.keys("v/")) == ["v/1/a", "v/10/c", "v/2/b"]
    assert list(storage.keys("v/1")) == ["v/1/a", "v/10/c"]
    assert list(storage.keys("none/")) == []


@pytest.mark.parametrize("storage", ["files", "moto"], indirect=True)  # rclone breaks off such a reading
def test_a_reader_sees_the_old_or_the_new_object_never_a_part(storage: Storage, tmp_path: Path) -> None:
    versions = {b"a" * 2_000_000, b"b" * 3_000_000}
    storage.put("big", min(versions))
    ended = threading.Event()

    def write() -> None:
        for version in sorted(versions) * 3:
            storage.put("big", version)
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not ended.is_set():
        try:
            seen.add(storage.get("big"))
        except ClientError as error:  # moto throws the old one away while it is read, and says so
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    writer.join()
    assert seen and seen <= versions


@pytest.fixture
def visit(storage: Storage) -> Iterator[Callable[..., httpx.Response]]:
    """Opens an address as anyone would."""

    async def no_api(event: bytes, seconds: float) -> Answer:
        return Answer(b'{"statusCode": 404}')

    if isinstance(storage, FileStorage):
        with asking(edge(storage.root / "public", no_api, links=LINKS)) as client:
            yield client.get
    else:
        yield httpx.get


def test_an_address_gives_the_object_to_whoever_has_it(
    storage: Storage, visit: Callable[..., httpx.Response]
) -> None:
    storage.put("a b/ü.mp4", b"0123456789", "video/mp4")
    url = storage.url("a b/ü.mp4", 60, "Demo für Acme.mp4")
    answer = visit(url)
    assert (answer.status_code, answer.content) == (200, b"0123456789")
    kept_as = answer.headers["content-disposition"].lower()
    assert kept_as == "attachment; filename*=utf-8''demo%20f%c3%bcr%20acme.mp4"
    part = visit(url, headers={"Range": "bytes=2-4"})
    assert (part.headers["content-range"], part.content) == ("bytes 2-4/10", b"234")
    assert part.status_code == 206 or "rclone" in str(url)  # which says 200 to a part
    assert visit(storage.url("none", 60, "x")).status_code in {
        403,
        404,
    }  # S3 says 404 to whoever may list the bucket


@pytest.mark.parametrize("storage", ["files"], indirect=True)
def test_an_address_that_was_changed_or_is_old_gives_nothing(
    storage: Storage, visit: Callable[..., httpx.Response]
) -> None:
    for key in ("mine", "yours"):
        storage.put(key, key.encode())
    url, other = storage.url("mine", 60, "x.txt"), storage.url("yours", 60, "x.txt")
    assert url != other
    assert visit(url).status_code == 200
    token = url.split("/")[4]
    later = f"{int(token.partition('.')[0], 16) + 999:x}.{token.partition('.')[2]}"
    for changed in (
        url.replace("/mine", "/yours"), url.replace("x.txt", "y.txt"), url.replace(token, later),
        url.replace(token, token[:-1]), url.replace(token, "x"), f"{url}0",
        storage.url("mine", 0, "x.txt"), storage.url("mine", -60, "x.txt"),
    ):  # fmt: skip
        answer = visit(changed)
        assert answer.status_code == 403, changed
        assert b"mine" not in answer.content
    assert Links(SecretStr("j" * 44)).holds("mine", LINKS.sign("mine", time.time() + 60)) is False


@pytest.mark.parametrize("storage", ["rclone"], indirect=True)  # moto looks at no signature
def test_an_address_at_s3_that_was_changed_or_is_old_gives_nothing(
    storage: Storage, visit: Callable[..., httpx.Response]
) -> None:
    for key in ("mine", "yours"):
        storage.put(key, key.encode())
    url, short = storage.url("mine", 60, "x.txt"), storage.url("mine", 1, "x.txt")
    assert visit(url).content == b"mine"
    bare, _, query = url.partition("?")
    signature = query.rpartition("X-Amz-Signature=")[2]
    time.sleep(2.1)  # whole seconds count
    for changed in (
        url.replace("/mine", "/yours"), url.replace("x.txt", "y.txt"), url.replace("s=60", "s=600"),
        url.replace(signature, signature[::-1]), url.replace(f"&X-Amz-Signature={signature}", ""),
        url.replace(KEY_ID, "another"), f"{url}0", bare, short,
    ):  # fmt: skip
        assert changed != url
        answer = visit(changed)
        assert answer.status_code in {400, 403}, changed  # on AWS always 403
        assert b"mine" not in answer.content and b"yours" not in answer.content
    assert visit(url).status_code == 200


def test_without_a_key_there_are_no_addresses(tmp_path: Path) -> None:
    with pytest.raises(CannotSign, match="LINK_SIGNING_KEY is not set"):
        FileStorage(tmp_path).url("a", 60, "a")


@pytest.mark.parametrize("key", ["/etc/passwd", "../x", "a/../../x", "", "a\0b"])
def test_a_key_never_leaves_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        FileStorage(tmp_path).put(key, b"")


def test_a_copy_takes_no_room_and_leaves_nothing_hidden(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    storage.put("a", b"1")
    for _ in range(2):
        storage.copy("a", "b/c")
    assert storage.path("a").stat().st_ino == storage.path("b/c").stat().st_ino
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a", "c"]


def test_where_nothing_can_be_linked_it_is_copied(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    storage.put("a", b"1")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:  # memory: always a file system of its own
        (tmp_path / "b").symlink_to(elsewhere)
        storage.copy("a", "b/c")
        assert storage.get("b/c") == b"1"
        assert [path.name for path in Path(elsewhere).iterdir()] == ["c"]
        assert storage.path("a").stat().st_nlink == 1


def test_a_broken_put_leaves_nothing_behind(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "storage")
    with pytest.raises(FileNotFoundError):
        storage.put("a/b", tmp_path / "missing")
    assert [path for path in (tmp_path / "storage").rglob("*") if path.is_file()] == []
