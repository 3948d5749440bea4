"""Freeing the bytes of artifacts that nothing refers to any more."""

import logging
from collections.abc import Sequence

from chachaml_kernel.errors import Upstream
from chachaml_kernel.ports import ArtifactStore

logger = logging.getLogger(__name__)


async def free(artifact_store: ArtifactStore, keys: Sequence[str]) -> None:
    """Free what is under `keys`, once what referred to it is gone for good.

    A failure is logged and leaves orphans, which harm nobody: the write that came before took
    effect and must not be reported as failed.
    """
    if not keys:
        return
    try:
        await artifact_store.delete(keys)
    except Upstream as error:
        logger.warning("%d artifacts could not be freed: %s", len(keys), error.detail)
