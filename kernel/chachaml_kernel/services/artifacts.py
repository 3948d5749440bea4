"""Artifacts: bytes first, then the record of them."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

from msgspec import Struct

from chachaml_kernel.domain.artifacts import Artifact, check_artifact_name, storage_key
from chachaml_kernel.domain.idempotency import Once, with_facts
from chachaml_kernel.domain.live import What
from chachaml_kernel.domain.names import check_name
from chachaml_kernel.errors import Conflict, Invalid, NotFound, Overloaded, Upstream
from chachaml_kernel.ports import ArtifactStore, Store, Stored
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.leftovers import free
from chachaml_kernel.services.surroundings import Clock, NewId


class Artifacts(Struct, frozen=True):
    """The named bytes of runs."""

    store: Store
    artifact_store: ArtifactStore
    clock: Clock
    new_id: NewId
    changes: Changes

    async def upload(
        self,
        run_id: str,
        name: str,
        chunks: AsyncIterator[bytes],
        *,
        content_type: str = "application/octet-stream",
        once: Once | None = None,
    ) -> Artifact:
        """Store `chunks` as the artifact `name` of a run, in place of one that has the name.

        The record is made after the bytes are safe, so a crash leaves bytes without a record at
        worst, and never a record without its bytes. Other bytes or another content type are
        another request, so `once` is refused for them.
        """
        check_artifact_name(name)
        check_name("content_type", content_type)
        there = await self._is_there(run_id, once)
        artifact_id = self.new_id()
        key = storage_key(run_id, artifact_id)
        stored = await (self.artifact_store.write(key, chunks) if there else digest(chunks))
        artifact = Artifact(
            id=artifact_id,
            run_id=run_id,
            name=name,
            size=stored.size,
            content_type=content_type,
            sha256=stored.sha256,
            created_at=self.clock(),
        )
        if once is not None:
            once = with_facts(once, stored.sha256, content_type)
        try:
            recorded, unused = await self.store.add_artifact(artifact, once=once)
        except (NotFound, Conflict, Invalid, Overloaded):
            # These say that there is no record. After any other error, or a cancellation, there
            # may be one: bytes that nobody needs harm nobody, a record without its bytes does.
            await free(self.artifact_store, [key] if there else [])
            raise
        self.changes.run(run_id, What.ARTIFACTS)
        await free(self.artifact_store, unused)
        return recorded

    async def _is_there(self, run_id: str, once: Once | None) -> bool:
        """Tell whether bytes can be stored for a run; raise `NotFound` if nothing else can be done.

        A retry may come when its run has ended or was deleted. Whether it is one is known when it
        is recorded; for that the digest is needed, and where there is no run, nothing else.
        """
        try:
            await self.store.require_run(run_id, running=once is None)
        except NotFound:
            if once is None:
                raise
            return False
        return True

    async def get(self, artifact_id: str) -> Artifact:
        """Return what is known of an artifact."""
        return await self.store.get_artifact(artifact_id)

    @asynccontextmanager
    async def open(
        self, artifact: Artifact, *, offset: int = 0, length: int | None = None
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open an artifact's bytes from `offset` on, `length` of them or all that follow.

        Reading raises `Upstream` where fewer come than the artifact's size promises.
        """
        rest = max(artifact.size - offset, 0)
        promised = rest if length is None else min(length, rest)
        key = storage_key(artifact.run_id, artifact.id)
        async with AsyncExitStack() as stack:
            opening = self.artifact_store.open(key, offset=offset, length=promised)
            try:
                chunks = await stack.enter_async_context(opening)
            except NotFound:
                raise _lost(artifact, promised) from None
            yield await stack.enter_async_context(aclosing(_all_of(artifact, chunks, promised)))


async def digest(chunks: AsyncIterator[bytes]) -> Stored:
    """Return what storing `chunks` would, and store nothing."""
    size, sha256 = 0, hashlib.sha256()
    async for chunk in chunks:
        size += len(chunk)
        sha256.update(chunk)
    return Stored(size, sha256.hexdigest())


async def _all_of(
    artifact: Artifact, chunks: AsyncIterator[bytes], promised: int
) -> AsyncGenerator[bytes, None]:
    missing = promised
    async for chunk in chunks:
        missing -= len(chunk)
        yield chunk
    if missing > 0:
        raise _lost(artifact, missing)


def _lost(artifact: Artifact, missing: int) -> Upstream:
    return Upstream(
        f"the artifact store has lost {missing} bytes of artifact {artifact.id!r}; "
        "bring them back from a copy, or upload the artifact again"
    )
