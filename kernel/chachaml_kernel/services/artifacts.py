"""Artifacts: bytes first, then the record of them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from chachaml_kernel.domain.artifacts import Artifact, check_artifact_name, storage_key
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.names import check_name
from chachaml_kernel.errors import ChachamlError
from chachaml_kernel.ports import ArtifactStore, Store
from chachaml_kernel.services.leftovers import free
from chachaml_kernel.services.surroundings import Clock, NewId


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The named bytes of runs."""

    store: Store
    artifact_store: ArtifactStore
    clock: Clock
    new_id: NewId

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
        worst, and never a record without its bytes.
        """
        check_artifact_name(name)
        check_name("content_type", content_type)
        # A retry may come when its run has ended; whether it is one is known once it is recorded.
        await self.store.require_run(run_id, running=once is None)
        artifact_id = self.new_id()
        key = storage_key(run_id, artifact_id)
        stored = await self.artifact_store.write(key, chunks)
        artifact = Artifact(
            id=artifact_id,
            run_id=run_id,
            name=name,
            size=stored.size,
            content_type=content_type,
            sha256=stored.sha256,
            created_at=self.clock(),
        )
        try:
            recorded, unused = await self.store.add_artifact(artifact, once=once)
        except ChachamlError:
            await free(self.artifact_store, [key])
            raise
        await free(self.artifact_store, unused)
        return recorded

    async def get(self, artifact_id: str) -> Artifact:
        """Return what is known of an artifact."""
        return await self.store.get_artifact(artifact_id)

    def open(
        self, artifact: Artifact, *, offset: int = 0, length: int | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open an artifact's bytes from `offset` on, `length` of them or all that follow."""
        key = storage_key(artifact.run_id, artifact.id)
        return self.artifact_store.open(key, offset=offset, length=length)
