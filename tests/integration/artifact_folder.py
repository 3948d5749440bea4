"""What the tests of artifacts in a folder share."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from chachaml_artifacts_fs import ArtifactsFs
from chachaml_kernel.ports import ArtifactStore


def opened(folder: Path) -> AbstractAsyncContextManager[ArtifactStore]:
    return ArtifactsFs(folder).chachaml_artifact_store()


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def each(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def read(store: ArtifactStore, key: str) -> bytes:
    async with store.open(key) as chunks:
        return b"".join([chunk async for chunk in chunks])
