"""Choose the adapter, and what of it may be used, by the settings."""

from __future__ import annotations

from shared.settings import Settings
from shared.storage.files import FileStorage
from shared.storage.granted import GrantedStorage
from shared.storage.links import Links
from shared.storage.port import Storage


def open_storage(settings: Settings) -> Storage:
    """The bucket AWS_S3_BUCKET if it is set, else the folder `storage` of LEADREEL_HOME; of it what
    STORAGE_GRANTS allows, if that is set."""
    storage = _open(settings)
    return GrantedStorage(storage, settings.storage_grants) if settings.storage_grants else storage


def _open(settings: Settings) -> Storage:
    if settings.aws_s3_bucket is None:
        key = settings.link_signing_key
        return FileStorage(settings.storage_path, Links(key) if key else None, settings.base_url)
    import boto3  # costs 100 ms and is not needed on one machine

    from shared.storage.s3 import SIGNED, S3Storage

    client = boto3.client("s3", region_name=settings.aws_s3_region, config=SIGNED)
    return S3Storage(client, settings.aws_s3_bucket)
