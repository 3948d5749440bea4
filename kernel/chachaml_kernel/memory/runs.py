"""Runs in memory."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from chachaml_kernel.domain.artifacts import storage_key
from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.notes import Saved, refuse_overwriting
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import NewRun, Run, RunDetail, RunKeys, RunRow, RunStatus
from chachaml_kernel.domain.values import JsonValue, canonical, same
from chachaml_kernel.errors import Conflict
from chachaml_kernel.memory import lists
from chachaml_kernel.memory.experiments import experiment_of
from chachaml_kernel.memory.state import Memory, RunRecord, page


class MemoryRuns:
    """Keeps the promises of `RunStore`, but for durability."""

    memory: Memory

    async def start_run(self, new: NewRun, *, once: Once | None = None) -> Run:
        """Store a new run with its tags, environment and datasets."""

        def write() -> Run:
            run = new.run
            if run.parent_run_id is not None:
                self.memory.run(run.parent_run_id)
            experiment_of(self.memory, run.experiment, at=run.started_at)
            self.memory.runs[run.id] = RunRecord(
                run=run, tags=dict(new.tags), env=dict(new.env), datasets=list(new.datasets)
            )
            return run

        return self.memory.once(once, write)

    async def end_run(
        self,
        run_id: str,
        status: RunStatus,
        *,
        error: str | None,
        at: int,
        once: Once | None = None,
    ) -> Run:
        """End a run, if it is not ended so already."""

        def write() -> Run:
            record = self.memory.run(run_id)
            if record.run.status is RunStatus.RUNNING:
                record.run = replace(record.run, status=status, error=error, ended_at=at)
            elif record.run.status is not status:
                raise Conflict(
                    f"run {run_id!r} has ended as {record.run.status}; "
                    f"resume it before it can end as {status}"
                )
            return record.run

        return self.memory.once(once, write)

    async def resume_run(self, run_id: str, *, once: Once | None = None) -> Run:
        """Make a run running again."""

        def write() -> Run:
            record = self.memory.run(run_id)
            record.run = replace(record.run, status=RunStatus.RUNNING, error=None, ended_at=None)
            return record.run

        return self.memory.once(once, write)

    async def set_archived(self, run_id: str, *, archived: bool, once: Once | None = None) -> None:
        """Hide a run from lists, or show it again."""

        def write() -> None:
            record = self.memory.run(run_id)
            record.run = replace(record.run, archived=archived)

        self.memory.once(once, write)

    async def delete_run(self, run_id: str, *, once: Once | None = None) -> Sequence[str]:
        """Delete an archived run; return the storage keys that no version holds."""

        def write() -> Sequence[str]:
            record = self.memory.run(run_id)
            if not record.run.archived:
                raise Conflict(f"run {run_id!r} is not archived; archive it before deleting it")
            return remove(self.memory, record)

        return self.memory.once(once, write)

    async def require_run(self, run_id: str, *, running: bool) -> None:
        """Raise `NotFound("run")` unless the run exists and, if `running`, takes writes."""
        _ = self.memory.running(run_id) if running else self.memory.run(run_id)

    async def get_run(self, run_id: str, *, headline: Sequence[str] = ()) -> RunDetail:
        """Return a run whole."""
        return lists.detail(self.memory, self.memory.run(run_id), preferred=headline)

    async def list_runs(self, query: RunQuery) -> Page[RunRow]:
        """Return one page of the runs that `query` describes."""
        return lists.list_runs(self.memory, query)

    async def run_keys(self, query: RunQuery) -> RunKeys:
        """Return all keys of all runs that `query` describes."""
        records = lists.matching(self.memory, query)
        return RunKeys(
            params=sorted({key for record in records for key in record.params}),
            metrics=sorted({key for record in records for key in record.series}),
            tags=sorted({key for record in records for key in record.tags}),
        )

    async def log_params(
        self, run_id: str, params: Mapping[str, JsonValue], *, once: Once | None = None
    ) -> None:
        """Write those of `params` that the run has not, if it has the others with their value."""

        def write() -> None:
            stored = self.memory.running(run_id).params
            for key, value in params.items():
                if key in stored and not same(stored[key], value):
                    raise Conflict(
                        f"param {key!r} of run {run_id!r} is {canonical(stored[key])} and "
                        f"cannot become {canonical(value)}; params are written once"
                    )
            stored.update({key: value for key, value in params.items() if key not in stored})

        self.memory.once(once, write)

    async def set_tag(self, run_id: str, key: str, value: str, *, once: Once | None = None) -> None:
        """Set a tag of a run."""

        def write() -> None:
            self.memory.run(run_id).tags[key] = value

        self.memory.once(once, write)

    async def delete_tag(self, run_id: str, key: str, *, once: Once | None = None) -> None:
        """Remove a tag of a run, if it has it."""

        def write() -> None:
            self.memory.run(run_id).tags.pop(key, None)

        self.memory.once(once, write)

    async def get_tags(self, run_id: str) -> Mapping[str, str]:
        """Return the tags of a run."""
        return dict(self.memory.run(run_id).tags)

    async def set_note(
        self,
        run_id: str,
        note: str,
        *,
        saved: Saved,
        previous: str | None = None,
        once: Once | None = None,
    ) -> None:
        """Replace the note of a run."""

        def write() -> None:
            record = self.memory.run(run_id)
            refuse_overwriting(
                run_id, note, previous=previous, stored=record.note, saved=record.note_saved
            )
            record.note, record.note_saved = note, saved

        self.memory.once(once, write)

    async def add_dataset(self, dataset: Dataset, *, once: Once | None = None) -> Dataset:
        """Add a dataset to a run that takes writes."""

        def write() -> Dataset:
            self.memory.running(dataset.run_id).datasets.append(dataset)
            return dataset

        return self.memory.once(once, write)

    async def list_datasets(
        self, run_id: str, *, limit: int, after: Position | None = None
    ) -> Page[Dataset]:
        """Return one page of a run's datasets, newest first."""
        return page(
            self.memory.run(run_id).datasets,
            lambda dataset: (dataset.created_at, dataset.id),
            limit=limit,
            after=after,
        )


def remove(memory: Memory, record: RunRecord) -> Sequence[str]:
    """Delete a run; return the storage keys that no version holds."""
    run_id = record.run.id
    free = [one for one in record.artifacts.values() if not memory.is_held(one)]
    for artifact in free:
        del memory.artifacts[artifact.id]
    del memory.runs[run_id]
    for other in memory.runs.values():
        if other.run.parent_run_id == run_id:
            other.run = replace(other.run, parent_run_id=None)
    return [storage_key(run_id, artifact.id) for artifact in free]
