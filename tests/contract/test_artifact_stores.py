"""Every artifact store that comes with the kernel keeps the port's promises."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chachaml_artifacts_fs import ArtifactsFs
from chachaml_artifacts_s3 import ArtifactsS3
from chachaml_kernel.memory import MemoryArtifactStore
from chachaml_kernel.ports import ArtifactStore
from chachaml_kernel.testing.artifact_store import ArtifactStoreSuite
from chachaml_kernel.testing.direct_transfer import DirectTransferSuite

from tests.servers.buckets import Bucket


class TestArtifactsFs(ArtifactStoreSuite):
    @pytest.fixture
    async def artifact_store(self, tmp_path: Path) -> AsyncIterator[ArtifactStore]:
        async with ArtifactsFs(tmp_path).chachaml_artifact_store() as store:
            yield store


class TestArtifactsS3(ArtifactStoreSuite):
    reads_outlive_deletion = False

    @pytest.fixture
    async def artifact_store(self, bucket: Bucket, prefix: str) -> AsyncIterator[ArtifactStore]:
        plugin = ArtifactsS3(**bucket.settings, prefix=prefix)
        async with plugin.chachaml_artifact_store() as store:
            yield store


class TestDirectTransferOfArtifactsS3(DirectTransferSuite):
    @pytest.fixture
    async def artifact_store(self, bucket: Bucket, prefix: str) -> AsyncIterator[ArtifactStore]:
        plugin = ArtifactsS3(**bucket.settings, prefix=prefix, direct=True)
        async with plugin.chachaml_artifact_store() as store:
            yield store


class TestMemoryArtifactStore(ArtifactStoreSuite):
    @pytest.fixture
    async def artifact_store(self) -> ArtifactStore:
        return MemoryArtifactStore()
