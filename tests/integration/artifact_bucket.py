"""What the tests of artifacts in S3 share."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from chachaml_artifacts_s3 import ArtifactsS3
from chachaml_kernel.ports import ArtifactStore

from tests.servers.s3 import BUCKET, KEYS, S3Server

PART = 5 * 2**20
"""The smallest part that S3 takes, so that tests need few bytes."""


def opened(
    s3: S3Server, prefix: str = "", **settings: Any
) -> AbstractAsyncContextManager[ArtifactStore]:
    known = {"bucket": BUCKET, "endpoint": s3.endpoint, "part_size": PART, **KEYS}
    return ArtifactsS3(prefix=prefix, **{**known, **settings}).chachaml_artifact_store()


async def pieces(content: bytes, size: int = 300_007) -> AsyncIterator[bytes]:
    """Yield `content` in chunks that fit into no part."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(store: ArtifactStore, key: str, **span: int) -> bytes:
    async with store.open(key, **span) as chunks:
        return b"".join([chunk async for chunk in chunks])


def objects(s3: S3Server, prefix: str = "") -> list[str]:
    """Return the names of all objects but the one that is put to see whether it can be."""
    found = s3.client.list_objects(BUCKET, prefix=prefix, recursive=True)
    names = [str(one.object_name) for one in found]
    return [name for name in names if not name.endswith(".writable")]


def uploads(s3: S3Server, prefix: str = "") -> list[str]:
    """Return the names of all objects that somebody began to upload in parts."""
    page = s3.client._list_multipart_uploads(BUCKET, prefix=prefix)
    return sorted(str(upload.object_name) for upload in page.uploads)
