"""Artifacts whose bytes go between clients and the artifact store, past the server."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from chachaml_kernel.domain.artifacts import (
    Artifact,
    Promised,
    artifact_id_of,
    check_promised,
    storage_key,
)
from chachaml_kernel.domain.idempotency import Once, with_facts
from chachaml_kernel.domain.live import What
from chachaml_kernel.errors import Conflict, NotFound
from chachaml_kernel.ports import (
    ArtifactStore,
    DirectArtifactStore,
    DirectTransfer,
    Permission,
    Store,
    Stored,
)
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.leftovers import free
from chachaml_kernel.services.surroundings import Clock, NewId

FINISH_WITHIN = 12 * 3_600_000
"""How long after its bytes came an upload may be finished, in milliseconds: less than the day after
which bytes without a record may be freed."""


class Direct(Struct, frozen=True):
    """Permissions for clients, and records of what they sent.

    Nothing is kept of an upload that was begun: its id says where its bytes go, and they say
    themselves whether they came. What is never finished is bytes without a record.
    """

    store: Store
    artifact_store: ArtifactStore
    clock: Clock
    new_id: NewId
    changes: Changes

    async def address(self, artifact: Artifact, headers: Mapping[str, str]) -> str | None:
        """Return where a client reads an artifact, with `headers`; none if only the server does."""
        direct = self._direct()
        if direct is None:
            return None
        return await direct.download(storage_key(artifact.run_id, artifact.id), headers)

    async def begin(self, run_id: str, promised: Promised) -> tuple[str, Permission]:
        """Return the id of a new upload, and the request by which its bytes are sent.

        Raises `Conflict` where bytes are taken by the server only.
        """
        check_promised(promised)
        direct = self._required()
        await self.store.require_run(run_id, running=True)
        upload_id = self.new_id()
        stored = Stored(promised.size, promised.sha256)
        return upload_id, await direct.upload(storage_key(run_id, upload_id), stored)

    async def finish(self, run_id: str, upload_id: str, promised: Promised) -> Artifact:
        """Make an artifact of an upload whose bytes came; any number of times it is the same one.

        Raises `NotFound("upload")` where they did not, and `Conflict` where they are others.
        """
        check_promised(promised)
        artifact = Artifact(
            id=upload_id,
            run_id=run_id,
            name=promised.name,
            size=promised.size,
            content_type=promised.content_type,
            sha256=promised.sha256,
            created_at=self.clock(),
        )
        direct = self._required()
        if (finished := await self._finished(artifact)) is not None:
            return finished
        await self.store.require_run(run_id, running=True)
        await self._compare(direct, artifact)
        once = Once(f"direct-upload-{upload_id}", run_id)
        facts = (artifact.name, str(artifact.size), artifact.sha256, artifact.content_type)
        recorded, unused = await self.store.add_artifact(artifact, once=with_facts(once, *facts))
        self.changes.run(run_id, What.ARTIFACTS)
        await free(self.artifact_store, unused)
        return recorded

    async def _finished(self, artifact: Artifact) -> Artifact | None:
        try:
            there = await self.store.get_artifact(artifact.id)
        except NotFound:
            return None
        if replace(artifact, created_at=there.created_at) != there:
            raise Conflict(
                f"upload {artifact.id!r} was finished as other than this; begin another upload"
            )
        return there

    async def _compare(self, direct: DirectTransfer, artifact: Artifact) -> None:
        """Raise unless the bytes of `artifact` are there, and those that it promises."""
        key = storage_key(artifact.run_id, artifact.id)
        if artifact_id_of(key) is None:
            raise _not_there(artifact)
        try:
            sent = await direct.sent(key)
        except NotFound:
            raise _not_there(artifact) from None
        if sent.stored != Stored(artifact.size, artifact.sha256):
            raise Conflict(
                f"{sent.stored.size} bytes with the SHA-256 {sent.stored.sha256} were sent, and "
                f"{artifact.size} with {artifact.sha256} were promised; begin another upload"
            )
        if self.clock() - sent.at > FINISH_WITHIN:
            raise NotFound(
                "upload",
                f"the bytes of upload {artifact.id!r} came too long ago to be relied on; begin "
                "another upload",
            )

    def _required(self) -> DirectTransfer:
        direct = self._direct()
        if direct is None:
            raise Conflict(
                "this server takes the bytes of artifacts itself: send them to "
                "/api/w/runs/{id}/artifacts, or set direct = true in [plugins.artifacts_s3]"
            )
        return direct

    def _direct(self) -> DirectTransfer | None:
        store = self.artifact_store
        return store.direct if isinstance(store, DirectArtifactStore) else None


def _not_there(artifact: Artifact) -> NotFound:
    return NotFound(
        "upload",
        f"no bytes came for upload {artifact.id!r} of run {artifact.run_id!r}; send them to the "
        "address that its beginning was answered with",
    )
