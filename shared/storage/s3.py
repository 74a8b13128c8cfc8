"""Objects in an S3 bucket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.config import Config
from botocore.exceptions import ClientError

from shared.storage.port import NotStored

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


SIGNED = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
"""So that addresses are signed for the bucket's own region."""


class S3Storage:
    """`client` is a boto3 S3 client; keys are used as they are."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self.client = client
        self.bucket = bucket

    def put(self, key: str, source: bytes | Path, content_type: str = "application/octet-stream") -> None:
        if isinstance(source, Path):
            self.client.upload_file(str(source), self.bucket, key, ExtraArgs={"ContentType": content_type})
        else:
            self.client.put_object(Bucket=self.bucket, Key=key, Body=source, ContentType=content_type)

    def get(self, key: str) -> bytes:
        try:
            return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self.client.exceptions.NoSuchKey as error:
            raise NotStored(f"nothing is stored under {key}") from error

    def fetch(self, key: str, path: Path) -> None:
        try:
            self.client.download_file(self.bucket, key, str(path))
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
                raise NotStored(f"nothing is stored under {key}") from error
            raise

    def copy(self, source: str, target: str) -> None:
        if source == target:  # S3 refuses to copy an object onto itself
            if not self.exists(source):
                raise NotStored(f"nothing is stored under {source}")
            return
        try:
            self.client.copy_object(
                Bucket=self.bucket, Key=target, CopySource={"Bucket": self.bucket, "Key": source}
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
                raise NotStored(f"nothing is stored under {source}") from error
            raise

    def exists(self, key: str) -> bool:
        try:
            self.client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"403", "404", "NoSuchKey"}:
                return False  # 403: so S3 says it to whoever may not list
            raise
        return True

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def keys(self, prefix: str) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Contents", []):
                yield item["Key"]

    def url(self, key: str, seconds: int, filename: str) -> str:
        return self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
            },
            ExpiresIn=seconds,
        )
