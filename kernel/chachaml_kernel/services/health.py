"""Health: can everything that we stand on be reached?"""

import asyncio

from msgspec import Struct

from chachaml_kernel.errors import Upstream
from chachaml_kernel.ports import ArtifactStore, Store

PATIENCE = 5.0
"""Seconds within which each port answers, if it is well."""


class Health(Struct, frozen=True):
    """What the kernel stands on."""

    store: Store
    artifact_store: ArtifactStore
    patience: float = PATIENCE

    async def check(self) -> None:
        """Raise `Upstream` unless the store and the artifact store can be reached now."""
        for name, port in (("store", self.store), ("artifact store", self.artifact_store)):
            try:
                async with asyncio.timeout(self.patience):
                    await port.ping()
            except TimeoutError:
                raise Upstream(
                    f"the {name} does not answer within {self.patience:g} seconds"
                ) from None
