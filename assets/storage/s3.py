"""Files on an S3-speaking server: verified on the way in, handed out by presigned addresses."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from botocore.exceptions import BotoCoreError, ClientError

from studio.core.errors import Unavailable

#: A single PUT can't be bigger, by the protocol.
MAX_PUT_BYTES = 5 * 1024**3


class S3Backend:
    """Objects in one bucket, through the client of django-storages."""

    is_remote = True

    def __init__(self, storage: Any, spool: Path) -> None:
        self.storage = storage
        self.bucket: str = storage.bucket_name
        self.spool = spool

    @property
    def client(self) -> Any:
        """The boto3 client, made once for each thread by django-storages."""
        return self.storage.connection.meta.client

    def put(self, path: Path, key: str, *, sha256: str, media_type: str) -> None:
        """Send the file; the server checks the SHA-256 and refuses what arrives damaged."""
        size = path.stat().st_size
        if self.size_bytes(key) == size:
            path.unlink()
            return
        if size > MAX_PUT_BYTES:
            raise Unavailable("Files above 5 GiB can't be kept on this kind of storage.")
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        with path.open("rb") as body:
            self._call(
                "put_object",
                Key=key,
                Body=body,
                ContentLength=size,
                ContentType=media_type,
                ChecksumSHA256=checksum,
            )
        path.unlink()

    def open(self, key: str) -> BinaryIO:
        """The object as a stream."""
        try:
            return cast(BinaryIO, self._call("get_object", Key=key)["Body"])
        except ClientError as error:
            raise FileNotFoundError(key) from error

    def size_bytes(self, key: str) -> int | None:
        """The object's size."""
        try:
            return int(self._call("head_object", Key=key)["ContentLength"])
        except ClientError:
            return None

    def delete(self, key: str) -> None:
        """Remove the object."""
        self._call("delete_object", Key=key)

    def keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """List the bucket, a thousand keys at a time."""
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
            for item in page.get("Contents", ()):
                yield item["Key"], item["Size"]

    def presigned_get(self, key: str, *, media_type: str, disposition: str, seconds: int) -> str:
        """An address that hands out one object for a short time, under our headers."""
        return str(
            self.client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self.bucket,
                    "Key": key,
                    "ResponseContentType": media_type,
                    "ResponseContentDisposition": disposition,
                    "ResponseCacheControl": "private, max-age=31536000, immutable",
                },
                ExpiresIn=seconds,
            )
        )

    def presigned_put(self, key: str, *, size_bytes: int, seconds: int) -> str:
        """An address that takes exactly `size_bytes` bytes under one key, for a short time."""
        return str(
            self.client.generate_presigned_url(
                "put_object",
                Params={"Bucket": self.bucket, "Key": key, "ContentLength": size_bytes},
                ExpiresIn=seconds,
            )
        )

    def _call(self, method: str, **arguments: Any) -> Any:
        """One request; an absent object is a `ClientError`, everything else is `Unavailable`."""
        try:
            return getattr(self.client, method)(Bucket=self.bucket, **arguments)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey", "NotFound"):
                raise
            raise _unavailable() from error
        except BotoCoreError as error:
            raise _unavailable() from error


def _unavailable() -> Unavailable:
    return Unavailable(
        "The file storage does not answer as it should.", remedy="Try again in a moment."
    )
