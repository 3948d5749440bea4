"""The artifact store: each key is an object `<prefix><key>`."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import TypeVar, TypeVarTuple

from chachaml_kernel.errors import ConfigError, Invalid, Upstream
from chachaml_kernel.ports import ArtifactStore, Found, Stored
from chachaml_kernel.threads import finish_in

from chachaml_artifacts_s3.bucket import Bucket
from chachaml_artifacts_s3.download import Download
from chachaml_artifacts_s3.leftovers import Leftovers, free_unfinished, sweep
from chachaml_artifacts_s3.turns import Turns
from chachaml_artifacts_s3.upload import Upload

SMALL = 2**20
"""Bytes that an upload may gather without being counted among those under way."""
KEY = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_-]+")

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is under way at a time.

    An upload holds two parts of `part_size` bytes, for moments three, and there are `uploads` that
    are larger than 1 MiB. `threads` wait for S3. What finds no place within `patience` seconds
    fails.
    """

    part_size: int
    uploads: int
    threads: int
    patience: float


@asynccontextmanager
async def open_store(
    bucket: Bucket, limits: Limits, *, make_bucket: bool, abandoned_hours: float
) -> AsyncIterator[ArtifactStore]:
    """Open the store, and free what servers that died `abandoned_hours` ago left behind.

    Raises `ConfigError` if nothing can be put into the bucket.
    """
    with ThreadPoolExecutor(limits.threads, thread_name_prefix="artifacts-s3") as threads:
        try:
            await finish_in(threads, lambda: bucket.prepare(make=make_bucket))
        except Upstream as error:
            raise ConfigError(f"[plugins.artifacts_s3] {error.detail}") from error
        await finish_in(threads, lambda: sweep(bucket, hours=abandoned_hours))
        store = BucketStore(bucket, threads, limits)
        clearing = asyncio.create_task(store.leftovers.clear_for_ever())
        try:
            yield store
        finally:
            clearing.cancel()
            await asyncio.wait([clearing])
            await store.leftovers.clear_all()


class BucketStore:
    """Keeps the promises of `ArtifactStore` in a bucket that was prepared.

    All that waits for S3 happens on `threads`.
    """

    def __init__(self, bucket: Bucket, threads: Executor, limits: Limits) -> None:
        """Keep where the objects are and what works on them; ask nothing."""
        self._bucket = bucket
        self._threads = threads
        self._part_size = limits.part_size
        self._places = Turns(
            limits.threads,
            patience=limits.patience,
            full=f"{bucket.place} is slow, and too much waits for it; try again later",
        )
        self._uploads = Turns(
            limits.uploads,
            patience=limits.patience,
            full=f"{limits.uploads} artifacts are being uploaded already; try again later, "
            "or raise uploads in [plugins.artifacts_s3]",
        )
        self.leftovers = Leftovers(self._run)

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Store all of `chunks` under `key`."""
        upload = Upload(self._bucket, _checked(key))

        async def undo(
            _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
        ) -> None:
            self.leftovers.add(upload)
            if not isinstance(error, Upstream):  # else S3 is gone, and nobody waits for it again
                with suppress(Upstream):
                    await self.leftovers.clear(upload)

        async with AsyncExitStack() as stack:
            stack.push_async_exit(undo)
            stored = await self._send(upload, chunks)
            stack.pop_all()
        return stored

    @asynccontextmanager
    async def open(
        self, key: str, *, offset: int = 0, length: int | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open the bytes from `offset` on; reading on may fail once the key is deleted."""
        download = Download(self._bucket, _checked(key), offset, length)
        await self._run(download.begin)
        try:
            async with aclosing(self._pieces(download)) as pieces:
                yield pieces
        finally:
            download.close()

    async def delete(self, keys: Sequence[str]) -> None:
        """Free what is under `keys`."""
        await self._run(self._bucket.remove, [_checked(key) for key in keys])

    async def found(self) -> AsyncIterator[Sequence[Found]]:
        """Yield what lies under keys."""
        pages = self._bucket.found()
        while (page := await self._run(next, pages, None)) is not None:
            yield [
                Found(key, size, int(at.timestamp() * 1_000))
                for key, size, at in page
                if KEY.fullmatch(key)
            ]

    async def free_unfinished(self, *, before: int, dry_run: bool) -> int:
        """Free uploads that began before a time; S3 cannot tell which of them are under way."""
        begun = datetime.fromtimestamp(before / 1_000, UTC)
        work = partial(free_unfinished, self._bucket, before=begun, dry_run=dry_run)
        return await self._run(work)

    async def ping(self) -> None:
        """Raise `Upstream` if no object could be put now."""
        await self._run(self._bucket.ping)

    async def _send(self, upload: Upload, chunks: AsyncIterator[bytes]) -> Stored:
        gathered = bytearray()
        async for chunk in chunks:
            gathered += chunk
            if len(gathered) > SMALL:
                break
        else:
            return await self._run(upload.finish, bytes(gathered))
        async with self._uploads.one():
            await self._send_full_parts(upload, gathered)
            async for chunk in chunks:
                gathered += chunk
                await self._send_full_parts(upload, gathered)
            return await self._run(upload.finish, bytes(gathered))

    async def _send_full_parts(self, upload: Upload, gathered: bytearray) -> None:
        """Take parts off `gathered` until a part or less is left, which may be the last one."""
        while len(gathered) > self._part_size:
            with memoryview(gathered) as view:
                part = bytes(view[: self._part_size])
            del gathered[: self._part_size]
            await self._run(upload.send, part)

    async def _pieces(self, download: Download) -> AsyncGenerator[bytes, None]:
        while piece := await self._run(download.next):
            yield piece

    async def _run(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        async with self._places.one():
            return await finish_in(self._threads, work, *arguments)


def _checked(key: str) -> str:
    if not KEY.fullmatch(key):
        raise Invalid(
            f"artifact key {key!r} is not of the form 'folder/name', "
            "both of letters, digits, '-' and '_'"
        )
    return key
