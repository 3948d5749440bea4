"""The artifact store: each key is an object `<prefix><key>`."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from chachaml_kernel.errors import ConfigError, Upstream
from chachaml_kernel.ports import ArtifactStore, Found, Stored
from chachaml_kernel.threads import finish_in

from chachaml_artifacts_s3.bucket import Bucket
from chachaml_artifacts_s3.direct import BucketTransfer, try_comparison
from chachaml_artifacts_s3.download import Download
from chachaml_artifacts_s3.keys import KEY, checked
from chachaml_artifacts_s3.leftovers import clearing, free_unfinished, sweep
from chachaml_artifacts_s3.signing import Signer
from chachaml_artifacts_s3.uploads import Limits, Uploads


@asynccontextmanager
async def open_store(
    bucket: Bucket,
    limits: Limits,
    *,
    make_bucket: bool,
    abandoned_hours: float,
    signer: Signer | None = None,
) -> AsyncIterator[ArtifactStore]:
    """Open the store, and free what servers that died `abandoned_hours` ago left behind.

    With a signer, bytes may go past the server. Raises `ConfigError` if nothing can be put into the
    bucket.
    """
    with ThreadPoolExecutor(limits.threads, thread_name_prefix="artifacts-s3") as threads:
        compares = False
        try:
            await finish_in(threads, lambda: bucket.prepare(make=make_bucket))
            if signer is not None:
                compares = await finish_in(threads, lambda: try_comparison(bucket))
        except Upstream as error:
            raise ConfigError(f"[plugins.artifacts_s3] {error.detail}") from error
        await finish_in(threads, lambda: sweep(bucket, hours=abandoned_hours))
        uploads = Uploads(bucket, threads, limits)
        async with clearing(uploads.leftovers):
            direct = None
            if signer is not None:
                direct = BucketTransfer(bucket, signer, uploads, compares=compares)
            yield BucketStore(bucket, uploads, direct)


class BucketStore:
    """Keeps the promises of `ArtifactStore` in a bucket that was prepared."""

    def __init__(self, bucket: Bucket, uploads: Uploads, direct: BucketTransfer | None) -> None:
        """Keep where the objects are and how they get there; ask nothing."""
        self._direct = direct
        self._bucket = bucket
        self._uploads = uploads

    @property
    def direct(self) -> BucketTransfer | None:
        """How bytes go past the server, if they do."""
        return self._direct

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Store all of `chunks` under `key`."""
        return await self._uploads.write(checked(key), chunks)

    @asynccontextmanager
    async def open(
        self, key: str, *, offset: int = 0, length: int | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open the bytes from `offset` on; reading on may fail once the key is deleted."""
        download = Download(self._bucket, checked(key), offset, length)
        await self._uploads.run(download.begin)
        try:
            async with aclosing(self._pieces(download)) as pieces:
                yield pieces
        finally:
            download.close()

    async def delete(self, keys: Sequence[str]) -> None:
        """Free what is under `keys`."""
        await self._uploads.run(self._bucket.remove, [checked(key) for key in keys])

    async def found(self) -> AsyncIterator[Sequence[Found]]:
        """Yield what lies under keys."""
        pages = self._bucket.found()
        while (page := await self._uploads.run(next, pages, None)) is not None:
            yield [
                Found(key, size, int(at.timestamp() * 1_000))
                for key, size, at in page
                if KEY.fullmatch(key)
            ]

    async def free_unfinished(self, *, before: int, dry_run: bool) -> int:
        """Free uploads that began before a time; S3 cannot tell which of them are under way."""
        begun = datetime.fromtimestamp(before / 1_000, UTC)
        work = partial(free_unfinished, self._bucket, before=begun, dry_run=dry_run)
        return await self._uploads.run(work)

    async def ping(self) -> None:
        """Raise `Upstream` if no object could be put now."""
        await self._uploads.run(self._bucket.ping)

    async def _pieces(self, download: Download) -> AsyncGenerator[bytes, None]:
        while piece := await self._uploads.run(download.next):
            yield piece
