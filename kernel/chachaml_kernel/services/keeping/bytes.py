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
        try:
            brought = await self._bring(artifact)
        except Upstream:  # which deleting what is read may look like
            if await self._is_known(artifact):
                raise
            brought = None
        if brought is None and not await self._is_known(artifact):
            self.left_out.add(artifact.id)
            return False
        if brought != promised(artifact):
            self.note_lost(artifact, brought)
        self.copied += artifact.size
        self.tell(Progress("bytes of artifacts copied", self.copied, self.total))
        return True

    async def _bring(self, artifact: Artifact) -> Stored | None:
        """Return what the target has of an artifact now; none where the source has nothing."""
        if self.shared:
            return await bytes_of(self.source.artifact_store, artifact)
        before = await bytes_of(self.target.artifact_store, artifact)
        if before == promised(artifact):
            return before
        key = storage_key(artifact.run_id, artifact.id)
        if before is not None:
            await self.target.artifact_store.delete([key])
        try:
            async with self.source.artifact_store.open(key) as chunks:
                return await self.target.artifact_store.write(key, chunks)
        except NotFound:
            return None

    async def _is_known(self, artifact: Artifact) -> bool:
        return bool(await self.source.store.known_artifacts([artifact.id]))

    def note_lost(self, artifact: Artifact, found: Stored | None) -> None:
        """Note that the source has not the bytes of an artifact, but what was `found`, if any."""
        which = "no" if found is None else "other"
        named = described(KeptArtifact(artifact, current=True))
        self.lost.add(artifact.id)
        self.faults.append(f"{named} has {which} bytes in the source")


def promised(artifact: Artifact) -> Stored:
    """Return what was stored of an artifact."""
    return Stored(artifact.size, artifact.sha256)


async def bytes_of(artifact_store: ArtifactStore, artifact: Artifact) -> Stored | None:
    """Return what there is of an artifact, read to its end; none where nothing is."""
    try:
        async with artifact_store.open(storage_key(artifact.run_id, artifact.id)) as chunks:
            return await digest(chunks)
    except NotFound:
        return None
