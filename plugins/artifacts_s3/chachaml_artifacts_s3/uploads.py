"""Streams of unknown length on their way into a bucket, several at a time."""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar, TypeVarTuple

from chachaml_kernel.errors import Upstream
from chachaml_kernel.ports import Stored
from chachaml_kernel.threads import finish_in

from chachaml_artifacts_s3.bucket import Bucket
from chachaml_artifacts_s3.leftovers import Leftovers
from chachaml_artifacts_s3.turns import Turns
from chachaml_artifacts_s3.upload import Upload

SMALL = 2**20
"""Bytes that an upload may gather without being counted among those under way."""

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


class Uploads:
    """Puts streams into a bucket; each becomes an object, or leaves nothing.

    All that waits for S3 happens on `threads`.
    """

    def __init__(self, bucket: Bucket, threads: Executor, limits: Limits) -> None:
        """Keep where the objects go and what works on them; ask nothing."""
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
        self.leftovers = Leftovers(self.run)

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Store all of `chunks` under `key`, which is not looked at."""
        upload = Upload(self._bucket, key)

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

    async def _send(self, upload: Upload, chunks: AsyncIterator[bytes]) -> Stored:
        gathered = bytearray()
        async for chunk in chunks:
            gathered += chunk
            if len(gathered) > SMALL:
                break
        else:
            return await self.run(upload.finish, bytes(gathered))
        async with self._uploads.one():
            await self._send_full_parts(upload, gathered)
            async for chunk in chunks:
                gathered += chunk
                await self._send_full_parts(upload, gathered)
            return await self.run(upload.finish, bytes(gathered))

    async def _send_full_parts(self, upload: Upload, gathered: bytearray) -> None:
        """Take parts off `gathered` until a part or less is left, which may be the last one."""
        while len(gathered) > self._part_size:
            with memoryview(gathered) as view:
                part = bytes(view[: self._part_size])
            del gathered[: self._part_size]
            await self.run(upload.send, part)

    async def run(self, work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
        """Return what `work` returns, which waits for S3; raise what it raises."""
        async with self._places.one():
            return await finish_in(self._threads, work, *arguments)
