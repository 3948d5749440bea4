"""Health: can everything that we stand on be reached?"""

from dataclasses import dataclass

from chachaml_kernel.ports import ArtifactStore, Store


@dataclass(frozen=True, slots=True)
class Health:
    """What the kernel stands on."""

    store: Store
    artifact_store: ArtifactStore

    async def check(self) -> None:
        """Raise `Upstream` unless the store and the artifact store can be reached now."""
        await self.store.ping()
        await self.artifact_store.ping()
