"""Every folder that files can be written into keeps the port's promises."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chachaml_artifacts_s3 import ArtifactsS3
from chachaml_kernel.folders import open_folder
from chachaml_kernel.ports import Folder
from chachaml_kernel.testing.folder import FolderSuite, ReadFile

from tests.servers.s3 import BUCKET, KEYS, S3Server


class TestLocalFolder(FolderSuite):
    @pytest.fixture
    async def folder(self, tmp_path: Path) -> AsyncIterator[Folder]:
        async with open_folder(str(tmp_path / "new" / "folder"), {}) as folder:
            yield folder

    @pytest.fixture
    def read_file(self, tmp_path: Path) -> ReadFile:
        async def read(name: str) -> bytes:
            return (tmp_path / "new" / "folder" / name).read_bytes()

        return read


class TestBucketFolder(FolderSuite):
    @pytest.fixture
    async def folder(self, s3: S3Server, prefix: str) -> AsyncIterator[Folder]:
        plugin = ArtifactsS3(bucket="elsewhere", endpoint=s3.endpoint, uploads=1, **KEYS)
        [place] = plugin.chachaml_places()
        async with open_folder(f"s3://{BUCKET}/{prefix}", {place.scheme: place}) as folder:
            yield folder

    @pytest.fixture
    def read_file(self, s3: S3Server, prefix: str) -> ReadFile:
        async def read(name: str) -> bytes:
            return bytes(s3.client.get_object(BUCKET, f"{prefix}/{name}").read())

        return read
