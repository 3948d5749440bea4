"""The port of stores: everything but the bytes of artifacts.

The store offers intentions, not rows. Every method is atomic: it takes effect whole or not at all.
Every write is durable when it returns. Every write but those of `KeepingStore` takes `once`: where
its key was applied before for the same request, the write returns what it returned then and changes
nothing; for another request it raises `Conflict`. A write that raises leaves its key unused.

"Takes writes" means: the run exists and is running. A method that needs this raises
`NotFound("run")` otherwise, and its detail says whether the run never was or has ended.
An id with a NUL is nothing's; a store whose texts cannot hold one may also raise `Invalid`.
All times are milliseconds since the Unix epoch.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.metrics import Outline, Points, Window
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import NewRun, Run, RunDetail, RunKeys, RunRow, RunStatus
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.ports.bulk import BulkStore
from chachaml_kernel.ports.keeping import KeepingStore
from chachaml_kernel.ports.keys import KeyStore
from chachaml_kernel.ports.live import LiveStore
from chachaml_kernel.ports.models import ModelStore
from chachaml_kernel.ports.summaries import SummaryStore
from chachaml_kernel.ports.views import ViewStore


class RunStore(Protocol):
    """Runs and what is said about them."""

    async def start_run(self, new: NewRun, *, once: Once | None = None) -> Run:
        """Store a new run with its tags, environment and datasets; make its experiment if new.

        Raises `NotFound("run")` if its parent does not exist.
        """
        ...

    async def end_run(
        self,
        run_id: str,
        status: RunStatus,
        *,
        error: str | None,
        at: int,
        once: Once | None = None,
    ) -> Run:
        """End a run and return it. Ending it again with the same status changes nothing; with
        another one raises `Conflict`. Raises `NotFound("run")`."""
        ...

    async def resume_run(self, run_id: str, *, once: Once | None = None) -> Run:
        """Make a run running again, without end and error; one that runs stays as it is."""
        ...

    async def set_archived(self, run_id: str, *, archived: bool, once: Once | None = None) -> None:
        """Hide a run from lists, or show it again. Raises `NotFound("run")`."""
        ...

    async def delete_run(self, run_id: str, *, once: Once | None = None) -> Sequence[str]:
        """Delete a run and all that is its own; return the storage keys of bytes to free.

        Model versions that were registered from it stay, and so do their artifacts; child runs
        stay, without a parent. Raises `NotFound("run")`, and `Conflict` if it is not archived.
        """
        ...

    async def require_run(self, run_id: str, *, running: bool) -> None:
        """Raise `NotFound("run")` unless the run exists and, if `running`, takes writes."""
        ...

    async def get_run(self, run_id: str, *, headline: Sequence[str] = ()) -> RunDetail:
        """Return a run whole; metrics by key, all other lists newest first.

        Raises `NotFound("run")`.
        """
        ...

    async def list_runs(self, query: RunQuery) -> Page[RunRow]:
        """Return one page of the runs that `query` describes, in a fixed number of queries."""
        ...

    async def run_keys(self, query: RunQuery) -> RunKeys:
        """Return all keys of all runs that `query` describes, whatever its limit."""
        ...

    async def log_params(
        self, run_id: str, params: Mapping[str, JsonValue], *, once: Once | None = None
    ) -> None:
        """Write params of a run that takes writes.

        A key that has the same value stays; one that has another raises `Conflict`, which names
        the key and both values, and none of `params` is written.
        """
        ...

    async def set_tag(self, run_id: str, key: str, value: str, *, once: Once | None = None) -> None:
        """Set a tag of a run, whatever its status. Raises `NotFound("run")`."""
        ...

    async def delete_tag(self, run_id: str, key: str, *, once: Once | None = None) -> None:
        """Remove a tag of a run; one that it has not is no error. Raises `NotFound("run")`."""
        ...

    async def get_tags(self, run_id: str) -> Mapping[str, str]:
        """Return the tags of a run. Raises `NotFound("run")`."""
        ...

    async def set_note(
        self,
        run_id: str,
        note: str,
        *,
        saved: Saved,
        previous: str | None = None,
        once: Once | None = None,
    ) -> None:
        """Replace the note of a run, whatever its status. Raises `NotFound("run")`.

        Where `previous` is given, raises `Conflict` if the stored note is neither that nor `note`.
        """
        ...

    async def add_dataset(self, dataset: Dataset, *, once: Once | None = None) -> Dataset:
        """Add a dataset to a run that takes writes."""
        ...

    async def list_datasets(
        self, run_id: str, *, limit: int, after: Position | None = None
    ) -> Page[Dataset]:
        """Return one page of a run's datasets, newest first. Raises `NotFound("run")`."""
        ...


class MetricStore(Protocol):
    """Series of points."""

    async def append_points(
        self, run_id: str, points: Mapping[str, Points], *, once: Once | None = None
    ) -> None:
        """Append points to series of a run that takes writes, all of them or none.

        The mapping's order is the order of logging: its last key is the run's latest metric.
        Values keep their sign of zero and are answered as they came; NaN is answered as NaN.
        """
        ...

    def history(self, run_id: str, key: str, window: Window) -> AsyncIterator[Points]:
        """Yield the points of one series that lie in `window`, in the order of logging.

        They come in blocks of some tens of thousands of points at most, none of them empty; a
        window without a point has no block. Between two blocks nothing is held, so a reader may
        take its time, or leave. Each block is read in one piece, and no point comes twice or is
        left out, whatever is logged meanwhile: that comes at the end, or not at all. At the first
        block raises `NotFound("run")`, and `NotFound("metric")` if the run has no such key; at a
        later one if the run was deleted meanwhile.
        """
        ...

    async def outline(self, run_id: str, key: str, window: Window, *, max_points: int) -> Outline:
        """Return at most `max_points` (2 or more) of the points that `history` would return.

        All of them, where there are no more; else among them are the first and the last and, where
        `max_points` is 5 or more, the least and the greatest. Does not hold the event loop up,
        however many points there are. Raises what `history` raises at its first block.
        """
        ...


class ArtifactRecords(Protocol):
    """What is known of artifacts; their bytes are elsewhere, and were stored before."""

    async def add_artifact(
        self, artifact: Artifact, *, once: Once | None = None
    ) -> tuple[Artifact, Sequence[str]]:
        """Add an artifact to a run that takes writes, in place of the one that has its name.

        Returns it and the storage keys that no one refers to any more: the replaced bytes, unless
        a model version holds them; or the new ones, where `once` was applied before.
        """
        ...

    async def get_artifact(self, artifact_id: str) -> Artifact:
        """Return an artifact. Raises `NotFound("artifact")`."""
        ...


class ExperimentStore(Protocol):
    """Experiments, made explicitly or by a run that names them."""

    async def save_experiment(
        self,
        name: str,
        *,
        description: str | None,
        owner: str | None,
        at: int,
        once: Once | None = None,
    ) -> Experiment:
        """Make an experiment or update it; what is none stays as it was.

        An empty owner takes the owner away.
        """
        ...

    async def get_experiment(self, name: str) -> Experiment:
        """Return an experiment. Raises `NotFound("experiment")`."""
        ...

    async def list_experiments(
        self, *, limit: int, after: Position | None = None
    ) -> Page[Experiment]:
        """Return one page of the experiments, newest first."""
        ...


class Store(
    RunStore,
    BulkStore,
    SummaryStore,
    MetricStore,
    KeyStore,
    LiveStore,
    ArtifactRecords,
    ExperimentStore,
    ModelStore,
    ViewStore,
    KeepingStore,
    Protocol,
):
    """All of the above in one place, so that what must happen together does."""

    async def ping(self) -> None:
        """Raise `Upstream` if the store could not be read now."""
        ...
