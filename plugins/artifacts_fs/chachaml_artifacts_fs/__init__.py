"""Artifacts of chachaml-kernel as files in a folder."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.ports import ArtifactStore

from chachaml_artifacts_fs.store import FolderStore, open_folder

__all__ = ["ArtifactsFs", "FolderStore", "open_folder"]


@dataclass(frozen=True, slots=True)
class ArtifactsFs:
    """The plugin and its settings."""

    folder: Path = Path("chachaml-artifacts")
    """Where the bytes are kept; made when it is missing. Several servers may share it."""

    @hookimpl
    def chachaml_artifact_store(self) -> AbstractAsyncContextManager[ArtifactStore]:
        """Return the store; opening it raises `ConfigError` if no file can be made in `folder`."""
        return open_folder(self.folder)
