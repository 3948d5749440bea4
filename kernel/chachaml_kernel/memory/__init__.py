"""Stores that keep everything in memory: for tests, demonstrations, and plugins to build on."""

from chachaml_kernel.memory.artifact_store import MemoryArtifactStore
from chachaml_kernel.memory.relay import MemoryRelay
from chachaml_kernel.memory.store import MemoryStore

__all__ = ["MemoryArtifactStore", "MemoryRelay", "MemoryStore"]
