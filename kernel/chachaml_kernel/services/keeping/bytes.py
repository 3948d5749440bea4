"""The bytes of artifacts on their way from one artifact store to another."""

from dataclasses import dataclass, field

from chachaml_kernel.domain.artifacts import Artifact, storage_key
from chachaml_kernel.domain.keeping import KeptArtifact, Progress, Tell, described
from chachaml_kernel.errors import NotFound, Upstream
from chachaml_kernel.ports import ArtifactStore, Stored
from chachaml_kernel.services.artifacts import digest
from chachaml_kernel.services.keeping.sides import Side


@dataclass(slots=True)
class Bytes:
    """The bytes of a copy: those copied so far of a `total`, and what came in the way.

    Where both sides are `shared`, bytes are where they belong. `left_out` are the ids of artifacts
    that were deleted meanwhile, `lost` of those whose bytes the source has not as they were.
    """

    source: Side
    target: Side
    total: int
    tell: Tell
    shared: bool
    copied: int = 0
    left_out: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    async def copy(self, artifact: Artifact) -> bool:
        """Bring the bytes of an artifact to the target; tell whether it is still one.

        Bytes that the source has lost are a fault, which keeps nothing else from being copied.
        """
        key = storage_key(artifact.run_id, artifact.id)
        try:
            if not self.shared and not await self._is_there(key, artifact):
                await self._send(key, artifact)
        except (NotFound, Upstream):
            if await self.source.store.known_artifacts([artifact.id]):
                raise
            self.left_out.add(artifact.id)
            return False
        self.copied += artifact.size
        self.tell(Progress("bytes of artifacts copied", self.copied, self.total))
        return True

    async def _is_there(self, key: str, artifact: Artifact) -> bool:
        """Tell whether a copy that was broken off brought the bytes; clear away others."""
        found = await stored(self.target.artifact_store, key)
        if found == Stored(artifact.size, artifact.sha256):
            return True
        await self.target.artifact_store.delete([key])
        return False

    async def _send(self, key: str, artifact: Artifact) -> None:
        fault = None
        try:
            async with self.source.artifact_store.open(key) as chunks:
                sent = await self.target.artifact_store.write(key, chunks)
        except NotFound:
            if not await self.source.store.known_artifacts([artifact.id]):
                raise
            fault = "has no bytes"
        else:
            if sent != Stored(artifact.size, artifact.sha256):
                fault = "has other bytes than were stored"
        if fault is not None:
            self.lost.add(artifact.id)
            named = described(KeptArtifact(artifact, current=True))
            self.faults.append(f"{named} {fault} in the source")


async def stored(artifact_store: ArtifactStore, key: str) -> Stored | None:
    """Return what is under a key, read to its end; none where nothing is."""
    try:
        async with artifact_store.open(key) as chunks:
            return await digest(chunks)
    except NotFound:
        return None
