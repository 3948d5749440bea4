"""What the kernel needs of the outside world, as protocols that plugins fulfil.

Nothing of a port is called before its context manager was entered, nor after it was left. Methods
raise the errors of `chachaml_kernel.errors` and no others for what a user can cause; a store that
cannot be reached raises `Upstream`.
"""

from chachaml_kernel.ports.artifact_store import ArtifactStore, Found, Stored
from chachaml_kernel.ports.authenticator import Authenticator, Caller, Principal
from chachaml_kernel.ports.bulk import BulkStore
from chachaml_kernel.ports.direct import DirectArtifactStore, DirectTransfer, Permission, Sent
from chachaml_kernel.ports.exporter import Column, Exporter, Table
from chachaml_kernel.ports.frontend import Announce, Workers
from chachaml_kernel.ports.keeping import KeepingStore, Snapshot
from chachaml_kernel.ports.keys import KeyStore
from chachaml_kernel.ports.live import LiveStore
from chachaml_kernel.ports.llm_provider import LLMProvider
from chachaml_kernel.ports.models import ModelStore
from chachaml_kernel.ports.place import Folder, Place
from chachaml_kernel.ports.relay import Relay
from chachaml_kernel.ports.store import (
    ArtifactRecords,
    ExperimentStore,
    MetricStore,
    RunStore,
    Store,
)
from chachaml_kernel.ports.summaries import SummaryStore
from chachaml_kernel.ports.views import ViewStore

__all__ = [
    "Announce",
    "ArtifactRecords",
    "ArtifactStore",
    "Authenticator",
    "BulkStore",
    "Caller",
    "Column",
    "DirectArtifactStore",
    "DirectTransfer",
    "ExperimentStore",
    "Exporter",
    "Folder",
    "Found",
    "KeepingStore",
    "KeyStore",
    "LLMProvider",
    "LiveStore",
    "MetricStore",
    "ModelStore",
    "Permission",
    "Place",
    "Principal",
    "Relay",
    "RunStore",
    "Sent",
    "Snapshot",
    "Store",
    "Stored",
    "SummaryStore",
    "Table",
    "ViewStore",
    "Workers",
]
