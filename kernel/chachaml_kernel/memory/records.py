"""Records of artifacts in memory."""

from collections.abc import Sequence

from chachaml_kernel.domain.artifacts import Artifact, storage_key
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.errors import NotFound
from chachaml_kernel.memory.state import Memory


class MemoryRecords:
    """Keeps the promises of `ArtifactRecords`, but for durability."""

    memory: Memory

    async def add_artifact(
        self, artifact: Artifact, *, once: Once | None = None
    ) -> tuple[Artifact, Sequence[str]]:
        """Add an artifact to a run that takes writes, in place of the one that has its name."""
        freed: list[str] = []

        def write() -> Artifact:
            named = self.memory.running(artifact.run_id).artifacts
            replaced = named.get(artifact.name)
            if replaced is not None and not self.memory.is_held(replaced):
                del self.memory.artifacts[replaced.id]
                freed.append(storage_key(replaced.run_id, replaced.id))
            named[artifact.name] = self.memory.artifacts[artifact.id] = artifact
            return artifact

        added = self.memory.once(once, write)
        if added.id != artifact.id:
            freed.append(storage_key(artifact.run_id, artifact.id))
        return added, freed

    async def get_artifact(self, artifact_id: str) -> Artifact:
        """Return an artifact."""
        if artifact_id not in self.memory.artifacts:
            raise NotFound("artifact", f"no artifact has the id {artifact_id!r}")
        return self.memory.artifacts[artifact_id]
