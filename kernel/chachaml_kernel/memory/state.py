"""What the store in memory remembers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from chachaml_kernel.domain.artifacts import Artifact
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.idempotency import Once, refuse_reuse
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.models import Move, Version
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.paging import Page, Position, damaged_cursor
from chachaml_kernel.domain.runs import Run, RunStatus
from chachaml_kernel.domain.values import JsonValue
from chachaml_kernel.domain.views import View
from chachaml_kernel.errors import NotFound

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class RunRecord:
    """A run and all that is its own; the key that was logged last is the last of `series`."""

    run: Run
    tags: dict[str, str]
    env: dict[str, JsonValue]
    datasets: list[Dataset]
    params: dict[str, JsonValue] = field(default_factory=dict)
    series: dict[str, Points] = field(default_factory=dict)
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    note: str = ""
    note_saved: Saved | None = None


@dataclass(slots=True, kw_only=True)
class ExperimentRecord:
    """What was said about an experiment; its runs say the rest."""

    description: str
    owner: str | None
    created_at: int
    edited_at: int


@dataclass(slots=True, kw_only=True)
class ModelRecord:
    """A model, its versions and its moves, oldest first."""

    description: str
    created_at: int
    updated_at: int
    versions: list[Version] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)


@dataclass(slots=True)
class Memory:
    """All that is stored. Nothing awaits between a check and a change, so each write is atomic."""

    runs: dict[str, RunRecord] = field(default_factory=dict)
    experiments: dict[str, ExperimentRecord] = field(default_factory=dict)
    models: dict[str, ModelRecord] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    answers: dict[str, tuple[str, Any]] = field(default_factory=dict)

    def once(self, once: Once | None, write: Callable[[], T]) -> T:
        """Return what `write` does, or what it returned when its key was applied before."""
        if once is None:
            return write()
        if once.key in self.answers:
            request, answer = self.answers[once.key]
            refuse_reuse(once, request)
            return answer  # type: ignore[no-any-return]  # one request, so one type
        answer = write()
        self.answers[once.key] = (once.request, answer)
        return answer

    def run(self, run_id: str) -> RunRecord:
        """Return a run. Raises `NotFound("run")`."""
        if run_id not in self.runs:
            raise NotFound("run", f"no run has the id {run_id!r}")
        return self.runs[run_id]

    def running(self, run_id: str) -> RunRecord:
        """Return a run that takes writes. Raises `NotFound("run")`."""
        record = self.run(run_id)
        if record.run.status is not RunStatus.RUNNING:
            raise NotFound("run", f"run {run_id!r} has ended; resume it to log more")
        return record

    def model(self, name: str) -> ModelRecord:
        """Return a model. Raises `NotFound("model")`."""
        if name not in self.models:
            raise NotFound("model", f"no model is named {name!r}")
        return self.models[name]

    def is_held(self, artifact: Artifact) -> bool:
        """Tell whether a model version holds `artifact`."""
        versions = (version for model in self.models.values() for version in model.versions)
        return any(version.artifact.id == artifact.id for version in versions)


def page(
    rows: Iterable[T], place: Callable[[T], tuple[Any, ...]], *, limit: int, after: Position | None
) -> Page[T]:
    """Return one page of `rows`, those of the greatest place first.

    Raises `Invalid` for a position that cannot be compared with a place.
    """
    try:
        left = [row for row in rows if after is None or place(row) < after]
    except TypeError:
        raise damaged_cursor() from None
    left.sort(key=place, reverse=True)
    return Page(left[:limit], place(left[limit - 1]) if len(left) > limit else None)
