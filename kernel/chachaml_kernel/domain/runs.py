"""Runs: one execution of training code, with what it was given and how it went."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.metrics import Metric
from chachaml_kernel.domain.models import Registered
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.errors import Invalid


class RunStatus(StrEnum):
    """Where a run is in its life."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


def end_status(text: str) -> RunStatus:
    """Return the status that ends a run; raise `Invalid` for a text that is none."""
    if text not in (RunStatus.COMPLETED, RunStatus.FAILED):
        raise Invalid(f"status {text!r} does not end a run; use 'completed' or 'failed'")
    return RunStatus(text)


class Run(Struct, frozen=True, kw_only=True):
    """A run's own facts. Times are milliseconds since the Unix epoch, UTC."""

    id: str
    experiment: str
    name: str | None
    status: RunStatus
    started_at: int
    ended_at: int | None = None
    created_by: str | None = None
    parent_run_id: str | None = None
    error: str | None = None
    archived: bool = False

    @property
    def duration(self) -> int | None:
        """Milliseconds from start to end; none while it is running."""
        return None if self.ended_at is None else self.ended_at - self.started_at


class NewRun(Struct, frozen=True, kw_only=True):
    """What a run starts with."""

    run: Run
    tags: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, JsonValue] = field(default_factory=dict)
    datasets: Sequence[Dataset] = ()


class Headline(Struct, frozen=True):
    """The one metric that stands for a run in a list: its latest point."""

    key: str
    value: float
    step: int | None


class RunRow(Struct, frozen=True, kw_only=True):
    """A run as lists show it.

    `matched` is the value that a metric search found it by. `children` is how many runs name it as
    their parent, without archived ones.
    """

    run: Run
    params: Mapping[str, JsonValue]
    tags: Mapping[str, str]
    latest: Mapping[str, float]
    headline: Headline | None
    matched: float | None = None
    children: int = 0


class RunDetail(Struct, frozen=True, kw_only=True):
    """A run whole, without the points of its metrics."""

    run: Run
    params: Mapping[str, JsonValue]
    metrics: Sequence[Metric]
    headline: Headline | None
    tags: Mapping[str, str]
    artifacts: Sequence[Artifact]
    datasets: Sequence[Dataset]
    env: Mapping[str, JsonValue]
    note: str
    note_saved: Saved | None
    children: Sequence[Run]
    model_versions: Sequence[Registered]


class RunKeys(Struct, frozen=True, kw_only=True):
    """All keys that some set of runs has, each sorted: the columns of a table of those runs."""

    params: Sequence[str]
    metrics: Sequence[str]
    tags: Sequence[str]
