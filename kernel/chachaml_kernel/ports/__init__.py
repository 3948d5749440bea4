"""What the kernel needs of the outside world, as protocols that plugins fulfil.

Nothing of a port is called before its context manager was entered, nor after it was left. Methods
raise the errors of `chachaml_kernel.errors` and no others for what a user can cause; a store that
cannot be reached raises `Upstream`.
"""

from chachaml_kernel.ports.artifact_store import ArtifactStore, Stored
from chachaml_kernel.ports.authenticator import Authenticator, Caller, Principal
from chachaml_kernel.ports.exporter import Column, Exporter, Table
from chachaml_kernel.ports.frontend import Announce
from chachaml_kernel.ports.store import (
    ArtifactRecords,
    ExperimentStore,
    MetricStore,
    ModelStore,
    RunStore,
    Store,
)
from chachaml_kernel.ports.summaries import SummaryStore

__all__ = [
    "Announce",
    "ArtifactRecords",
    "ArtifactStore",
    "Authenticator",
    "Caller",
    "Column",
    "ExperimentStore",
    "Exporter",
    "MetricStore",
    "ModelStore",
    "Principal",
    "RunStore",
    "Store",
    "Stored",
    "SummaryStore",
    "Table",
]
