"""What failed uploads leave in the bucket, and how it goes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from chachaml_kernel.errors import Upstream

from chachaml_artifacts_s3.bucket import Bucket
from chachaml_artifacts_s3.upload import Upload

logger = logging.getLogger(__name__)

PAUSE = 10.0
"""Seconds between attempts to clear away what could not be before."""


class Leftovers:
    """Uploads that failed and of which S3 may still have something."""

    def __init__(self, run: Callable[[Callable[[], None]], Awaitable[None]]) -> None:
        """Keep `run`, which calls what waits for S3 on a thread."""
        self._run = run
        self._uploads: set[Upload] = set()

    def add(self, upload: Upload) -> None:
        """Clear an upload away as soon as that can be done."""
        self._uploads.add(upload)

    async def clear(self, upload: Upload) -> None:
        """Clear an upload away now; raise `Upstream`, and keep it for later, if that fails."""
        self._uploads.add(upload)
        await self._run(upload.discard)
        self._uploads.discard(upload)

    async def clear_all(self) -> None:
        """Clear away all that there are; say how many stay where S3 does not let it."""
        try:
            for upload in list(self._uploads):
                await self.clear(upload)
        except Upstream as error:
            logger.warning("%d uploads are not cleared away yet: %s", len(self._uploads), error)

    async def clear_for_ever(self) -> None:
        """Clear away what is added, again and again until it is done; end when cancelled."""
        while True:
            await asyncio.sleep(PAUSE)
            await self.clear_all()


@asynccontextmanager
async def clearing(leftovers: Leftovers) -> AsyncIterator[None]:
    """Clear away what is added, until the end of the block, and what is left then."""
    task = asyncio.create_task(leftovers.clear_for_ever())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await leftovers.clear_all()


def sweep(bucket: Bucket, *, hours: float) -> None:
    """Free the uploads that a server left unfinished which died more than `hours` ago."""
    before = datetime.now(UTC) - timedelta(hours=hours)
    try:
        free_unfinished(bucket, before=before, dry_run=False)
    except Upstream as error:
        logger.warning("uploads that dead servers left behind are not looked for: %s", error)


def free_unfinished(bucket: Bucket, *, before: datetime, dry_run: bool) -> int:
    """Free the unfinished uploads that began before a time; return how many they are."""
    count = 0
    for key, upload, begun in bucket.uploads():
        if begun < before:
            count += 1
            if not dry_run:
                bucket.abort(key, upload)
    return count
