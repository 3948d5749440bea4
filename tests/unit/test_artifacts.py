"""The service of artifacts: which bytes stay, and which are read."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from chachaml_kernel import Kernel
from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.errors import Conflict, Overloaded, Upstream
from chachaml_kernel.memory import MemoryArtifactStore, MemoryStore
from chachaml_kernel.ports import Stored

from tests.http.serving import kernel

BODY = b"0123456789"


class CountedBytes(MemoryArtifactStore):
    """Knows which keys have bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> Stored:
        stored = await super().write(key, chunks)
        self.keys.add(key)
        return stored

    async def delete(self, keys: Sequence[str]) -> None:
        await super().delete(keys)
        self.keys.difference_update(keys)


class FailingRecords(MemoryStore):
    """Fails when it should record an artifact, after it has recorded it or before."""

    def __init__(self, error: BaseException, *, after: bool) -> None:
        super().__init__()
        self.error = error
        self.after = after

    async def add_artifact(
        self, artifact: Artifact, *, once: Once | None = None
    ) -> tuple[Artifact, Sequence[str]]:
        if self.after:
            await super().add_artifact(artifact, once=once)
        raise self.error


async def body(content: bytes = BODY) -> AsyncIterator[bytes]:
    yield content


async def uploaded(served: Kernel) -> Artifact:
    run = await served.runs.start()
    return await served.artifacts.upload(run.id, "model", body())


@pytest.mark.parametrize("error", [Overloaded("too much waits"), Conflict("not so")])
async def test_bytes_whose_record_was_refused_are_freed(error: Exception) -> None:
    files = CountedBytes()
    records = FailingRecords(error, after=False)
    with pytest.raises(type(error)):
        await uploaded(kernel(store=records, artifact_store=files))
    assert not files.keys


@pytest.mark.parametrize("error", [Upstream("away"), OSError("odd"), asyncio.CancelledError()])
async def test_bytes_that_may_have_a_record_stay(error: BaseException) -> None:
    files = CountedBytes()
    records = FailingRecords(error, after=True)
    with pytest.raises(type(error)):
        await uploaded(kernel(store=records, artifact_store=files))
    assert len(files.keys) == 1


async def test_a_key_belongs_to_the_bytes_that_it_was_sent_with() -> None:
    files = CountedBytes()
    served = kernel(artifact_store=files)
    run = await served.runs.start()
    once = Once("key", "digest of the address")

    async def upload(content: bytes, content_type: str) -> Artifact:
        return await served.artifacts.upload(
            run.id, "model", body(content), content_type=content_type, once=once
        )

    first = await upload(BODY, "text/plain")
    assert await upload(BODY, "text/plain") == first
    for content, content_type in ((b"others", "text/plain"), (BODY, "text/html")):
        with pytest.raises(Conflict, match="another request"):
            await upload(content, content_type)
    assert files.keys == {f"{run.id}/{first.id}"}


@pytest.mark.parametrize(
    ("offset", "length", "content"),
    [(0, None, BODY), (4, None, b"456789"), (4, 3, b"456"), (8, 99, b"89"), (10, None, b"")],
)
async def test_a_part_is_read_whole(offset: int, length: int | None, content: bytes) -> None:
    served = kernel()
    artifact = await uploaded(served)
    async with served.artifacts.open(artifact, offset=offset, length=length) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == content


async def test_bytes_that_were_lost_are_told_by_whoever_reads_them() -> None:
    files = MemoryArtifactStore()
    served = kernel(artifact_store=files)
    artifact = await uploaded(served)
    await files.write(f"{artifact.run_id}/{artifact.id}", body(BODY[:4]))
    async with served.artifacts.open(artifact) as chunks:
        assert await anext(chunks) == BODY[:4]
        with pytest.raises(Upstream, match="has lost 6 bytes"):
            await anext(chunks)
