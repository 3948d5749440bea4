"""Folders in buckets, to write files into: `s3://BUCKET/PREFIX`."""

from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from chachaml_kernel.errors import ConfigError, Invalid
from chachaml_kernel.ports import Folder, Stored

from chachaml_artifacts_s3.bucket import Bucket
from chachaml_artifacts_s3.leftovers import clearing
from chachaml_artifacts_s3.uploads import Limits, Uploads


@dataclass(frozen=True, slots=True)
class S3Place:
    """All buckets that the settings lead to; `bucket` makes one of its name and a prefix."""

    bucket: Callable[[str, str], Bucket]
    limits: Limits
    scheme: str = "s3"

    def open(self, address: str) -> AbstractAsyncContextManager[Folder]:
        """Open `s3://BUCKET/PREFIX`, where a prefix is folders as in the setting `prefix`."""
        name, _, prefix = address.partition("://")[2].partition("/")
        try:
            return _opened(self.bucket(name, prefix), self.limits)
        except ConfigError as error:
            raise Invalid(f"{address} is no folder of S3: {error.detail}") from error


@asynccontextmanager
async def _opened(bucket: Bucket, limits: Limits) -> AsyncIterator[Folder]:
    with ThreadPoolExecutor(limits.threads, thread_name_prefix="folder-s3") as threads:
        uploads = Uploads(bucket, threads, limits)
        async with clearing(uploads.leftovers):
            yield BucketFolder(bucket, uploads)


class BucketFolder:
    """Keeps the promises of `Folder` in a bucket, where a file is an object."""

    def __init__(self, bucket: Bucket, uploads: Uploads) -> None:
        """Keep where the files are and how they get there; ask nothing."""
        self._bucket = bucket
        self._uploads = uploads

    async def names(self) -> Sequence[str]:
        """Return the names of all files."""
        return await self._uploads.run(self._bucket.names)

    async def write(self, name: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Write a file, in parts if it is large."""
        return await self._uploads.write(name, chunks)

    async def delete(self, names: Sequence[str]) -> None:
        """Remove files."""
        await self._uploads.run(self._bucket.remove, names)
