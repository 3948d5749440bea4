"""Every artifact store that comes with the kernel keeps the port's promises."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chachaml_artifacts_fs import ArtifactsFs
from chachaml_artifacts_s3 import ArtifactsS3
from chachaml_kernel.memory import MemoryArtifactStore
from chachaml_kernel.ports import ArtifactStore
from chachaml_kernel.testing.artifact_store import ArtifactStoreSuite

from tests.servers.s3 import BUCKET, KEYS, S3Server


class TestArtifactsFs(ArtifactStoreSuite):
    @pytest.fixture
    async def artifact_store(self, tmp_path: Path) -> AsyncIterator[ArtifactStore]:
        async with ArtifactsFs(tmp_path).chachaml_artifact_store() as store:
            yield store


class TestArtifactsS3(ArtifactStoreSuite):
    reads_outlive_deletion = False

    @pytest.fixture
    async def artifact_store(self, s3: S3Server, prefix: str) -> AsyncIterator[ArtifactStore]:
        plugin = ArtifactsS3(bucket=BUCKET, endpoint=s3.endpoint, prefix=prefix, **KEYS)
        async with plugin.chachaml_artifact_store() as store:
            yield store


class TestMemoryArtifactStore(ArtifactStoreSuite):
    @pytest.fixture
    async def artifact_store(self) -> ArtifactStore:
        return MemoryArtifactStore()
