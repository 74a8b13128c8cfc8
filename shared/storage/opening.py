"""Choose the adapter by the settings."""

from __future__ import annotations

from shared.settings import Settings
from shared.storage.files import FileStorage
from shared.storage.port import Storage


def open_storage(settings: Settings) -> Storage:
    """The bucket AWS_S3_BUCKET if it is set, else the folder `storage` of LEADREEL_HOME."""
    if settings.aws_s3_bucket is None:
        return FileStorage(settings.storage_path)
    import boto3  # costs 100 ms and is not needed on one machine

    from shared.storage.s3 import S3Storage

    return S3Storage(boto3.client("s3", region_name=settings.aws_s3_region), settings.aws_s3_bucket)
