"""Experiments in memory."""

from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.paging import Page, Position
from chachaml_kernel.errors import NotFound
from chachaml_kernel.memory.state import ExperimentRecord, Memory, page
from chachaml_kernel.memory.summaries import counts_of


class MemoryExperiments:
    """Keeps the promises of `ExperimentStore`, but for durability."""

    memory: Memory

    async def save_experiment(
        self,
        name: str,
        *,
        description: str | None,
        owner: str | None,
        at: int,
        once: Once | None = None,
    ) -> Experiment:
        """Make an experiment or update it; what is none stays as it was."""

        def write() -> Experiment:
            record = experiment_of(self.memory, name, at=at)
            record.edited_at = at
            if description is not None:
                record.description = description
            if owner is not None:
                record.owner = owner or None
            return counted(self.memory, name)

        return self.memory.once(once, write)

    async def get_experiment(self, name: str) -> Experiment:
        """Return an experiment."""
        if name not in self.memory.experiments:
            raise NotFound("experiment", f"no experiment is named {name!r}")
        return counted(self.memory, name)

    async def list_experiments(
        self, *, limit: int, after: Position | None = None
    ) -> Page[Experiment]:
        """Return one page of the experiments, newest first."""
        return page(
            [counted(self.memory, name) for name in self.memory.experiments],
            lambda experiment: (experiment.created_at, experiment.name),
            limit=limit,
            after=after,
        )


def experiment_of(memory: Memory, name: str, *, at: int) -> ExperimentRecord:
    """Return an experiment, made `at` that time if it is new."""
    new = ExperimentRecord(description="", owner=None, created_at=at, edited_at=at)
    return memory.experiments.setdefault(name, new)


def counted(memory: Memory, name: str) -> Experiment:
    """Return an experiment with what its runs say about it."""
    record = memory.experiments[name]
    runs = [other.run for other in memory.runs.values() if other.run.experiment == name]
    times = [time for run in runs for time in (run.started_at, run.ended_at) if time is not None]
    return Experiment(
        name=name,
        description=record.description,
        owner=record.owner,
        created_at=record.created_at,
        last_updated=max([record.edited_at, *times]),
        counts=counts_of(runs),
    )
