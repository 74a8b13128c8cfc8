"""One video of the demo site, made with the images that `make images` has built.

Without `make images` these tests are left out: pyproject.toml keeps the folder out of every other run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.containers.s3 import Bucket, served_bucket
from bench.containers.video import Made, make_video
from bench.containers.worker import Images
from local.product import PROJECT


@pytest.fixture(scope="session")
def images() -> Images:
    found = Images(PROJECT / "build" / "images")
    assert not found.missing(), found.missing()
    return found


@pytest.fixture(scope="session")
def bucket() -> Iterator[Bucket]:
    with served_bucket() as served:
        yield served


@pytest.fixture(scope="session")
def made(images: Images, bucket: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Made:
    home: Path = tmp_path_factory.mktemp("images") / "home"
    return asyncio.run(make_video(home, images, bucket, "images", duration_seconds=10))
