"""A bucket on loopback, and a note of who asked it for what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.containers.aws import Aws, Call, served_aws
from local.catalogue import REGION
from shared.storage.s3 import S3Storage


@dataclass(frozen=True)
class Bucket:
    """calls: all that it was asked so far."""

    aws: Aws
    name: str

    @property
    def calls(self) -> list[Call]:
        return self.aws.calls

    def environment(self, who: str) -> dict[str, str]:
        """What a function needs to reach it."""
        return {"AWS_S3_BUCKET": self.name, **self.aws.environment(who)}

    def storage(self) -> S3Storage:
        """As this process, the caller `bench`, sees it."""
        return S3Storage(self.aws.client("s3", REGION), self.name)


@contextmanager
def served_bucket(name: str = "leadreel-content") -> Iterator[Bucket]:
    with served_aws() as aws:
        bucket = Bucket(aws, name)
        bucket.storage().client.create_bucket(Bucket=name)
        aws.calls.clear()
        yield bucket
