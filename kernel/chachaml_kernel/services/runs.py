"""Runs: their life, what is said about them, lists and comparisons of them."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct
from msgspec.structs import replace

from chachaml_kernel.domain.comparison import MAX_COMPARED, Comparison, compare
from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.datasets import Dataset, check_dataset
from chachaml_kernel.domain.direction import LOWER_IS_BETTER
from chachaml_kernel.domain.distribution import Distribution, check_bins
from chachaml_kernel.domain.experiments import DEFAULT
from chachaml_kernel.domain.groups import Grouping, Groups, check_grouping
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.live import Glance, What
from chachaml_kernel.domain.names import check_key, check_name, check_number, check_text
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.paging import Page, Position, check_limit
from chachaml_kernel.domain.query import MetricCondition, RunQuery, at_time
from chachaml_kernel.domain.runs import NewRun, Run, RunDetail, RunRow, RunStatus, end_status
from chachaml_kernel.domain.values import JsonValue, check_value
from chachaml_kernel.errors import Invalid, NotFound
from chachaml_kernel.ports import ArtifactStore, Store
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.leftovers import free
from chachaml_kernel.services.surroundings import Clock, NewId


class Runs(Struct, frozen=True):
    """Everything about runs but their points and artifacts."""

    store: Store
    artifact_store: ArtifactStore
    headline: tuple[str, ...]
    clock: Clock
    new_id: NewId
    changes: Changes
    lower_is_better: tuple[str, ...] = LOWER_IS_BETTER

    async def start(
        self,
        *,
        experiment: str = DEFAULT,
        name: str | None = None,
        tags: Mapping[str, str] | None = None,
        parent_run_id: str | None = None,
        created_by: str | None = None,
        env: Mapping[str, JsonValue] | None = None,
        datasets: Sequence[Dataset] = (),
        once: Once | None = None,
    ) -> Run:
        """Start a run, in an experiment that is made if it is new."""
        check_number("tags", tags or ())
        check_number("datasets", datasets)
        run = Run(
            id=self.new_id(),
            experiment=check_name("experiment", experiment),
            name=None if name is None else check_name("run name", name),
            status=RunStatus.RUNNING,
            started_at=self.clock(),
            created_by=None if created_by is None else check_name("created_by", created_by),
            parent_run_id=parent_run_id,
        )
        new = NewRun(
            run=run,
            tags=_check_tags(tags or {}),
            env={
                key: check_value(f"env {key[:50]!r}", value) for key, value in (env or {}).items()
            },
            datasets=[self._dataset(run.id, dataset) for dataset in datasets],
        )
        started = await self.store.start_run(new, once=once)
        self._tell(started, What.STARTED)
        self.changes.experiment(started.experiment)
        return started

    async def end(
        self,
        run_id: str,
        *,
        status: str = "completed",
        error: str | None = None,
        once: Once | None = None,
    ) -> None:
        """End a run as `completed` or `failed`; the same end twice is fine."""
        if error is not None:
            check_text("error", error)
        ended = await self.store.end_run(
            run_id, end_status(status), error=error, at=self.clock(), once=once
        )
        self._tell(ended, What.ENDED)

    async def resume(self, run_id: str, *, once: Once | None = None) -> Run:
        """Let a run take writes again."""
        resumed = await self.store.resume_run(run_id, once=once)
        self._tell(resumed, What.RESUMED)
        return resumed

    async def archive(self, run_id: str, *, once: Once | None = None) -> None:
        """Hide a run from lists."""
        await self.store.set_archived(run_id, archived=True, once=once)
        self.changes.run(run_id, What.ARCHIVED)

    async def restore(self, run_id: str, *, once: Once | None = None) -> None:
        """Show an archived run in lists again."""
        await self.store.set_archived(run_id, archived=False, once=once)
        self.changes.run(run_id, What.RESTORED)

    async def delete(self, run_id: str, *, once: Once | None = None) -> None:
        """Delete an archived run for ever, and free the bytes that only it held."""
        unused = await self.store.delete_run(run_id, once=once)
        self.changes.run(run_id, What.DELETED)
        await free(self.artifact_store, unused)

    async def get(self, run_id: str) -> RunDetail:
        """Return a run whole."""
        return await self.store.get_run(run_id, headline=self.headline)

    async def glance(
        self, run_ids: Collection[str], *, keys: AbstractSet[str] = frozenset()
    ) -> Mapping[str, Glance]:
        """Return those of some runs that exist, by id, in short: with the metrics `keys` alone."""
        wanted = dict.fromkeys(run_ids, keys)
        return await self.store.glance(wanted, most=0, headline=self.headline)

    async def list(self, query: RunQuery) -> Page[RunRow]:
        """Return one page of the runs that `query` describes."""
        check_limit(query.limit)
        dated = at_time(query, self.clock())
        return await self.store.list_runs(replace(dated, headline=self.headline))

    async def counts(self, query: RunQuery) -> RunCounts:
        """Return how many runs `query` describes, by status; see `SummaryStore.count_runs`."""
        check_limit(query.limit)
        dated = at_time(query, self.clock())
        return await self.store.count_runs(replace(dated, headline=self.headline))

    async def groups(self, query: RunQuery, grouping: Grouping) -> Groups:
        """Return the runs that `query` describes in groups; see `SummaryStore.group_runs`."""
        check_grouping(grouping)
        dated = at_time(query, self.clock())
        return await self.store.group_runs(replace(dated, headline=self.headline), grouping)

    async def distribution(
        self, query: RunQuery, metric: MetricCondition, *, bins: int
    ) -> Distribution:
        """Return how a metric's latest values are spread; see `SummaryStore.distribution`."""
        dated = replace(at_time(query, self.clock()), headline=self.headline)
        return await self.store.distribution(dated, metric, bins=check_bins(bins))

    async def compare(self, run_ids: Sequence[str]) -> Comparison:
        """Put runs side by side, in the order given; an id that is given twice counts once."""
        ids = list(dict.fromkeys(run_ids))
        if not 2 <= len(ids) <= MAX_COMPARED:
            raise Invalid(f"comparing takes 2 to {MAX_COMPARED} different runs; got {len(ids)}")
        compared = await self.compare_found(ids)
        there = {row.run.id for row in compared.runs}
        for run_id in ids:
            if run_id not in there:
                raise NotFound(
                    "run", f"no run has the id {run_id!r}; compare the others without it"
                )
        return compared

    async def compare_found(self, run_ids: Sequence[str]) -> Comparison:
        """Put those of the runs side by side that there are, be it one alone, in the order given.

        Raise `Invalid` for more ids than runs are compared, `NotFound` if none is a run's.
        """
        ids = list(dict.fromkeys(run_ids))
        if len(ids) > MAX_COMPARED:
            raise Invalid(f"comparing takes {MAX_COMPARED} runs at most; got {len(ids)}")
        sides = await self.store.get_sides(ids, headline=self.headline)
        if not sides:
            raise NotFound("run", "none of the runs to compare exists; choose others")
        return compare(sides, lower=self.lower_is_better)

    async def log_params(
        self, run_id: str, params: Mapping[str, JsonValue], *, once: Once | None = None
    ) -> None:
        """Write params, each once and for all."""
        check_number("params", params)
        clean = {
            check_key("param", key): check_value(f"param {key!r}", value)
            for key, value in params.items()
        }
        await self.store.log_params(run_id, clean, once=once)
        self.changes.run(run_id, What.PARAMS)

    async def tag(self, run_id: str, key: str, value: str, *, once: Once | None = None) -> None:
        """Set a tag, at any time of a run's life."""
        await self.store.set_tag(
            run_id, check_key("tag", key), check_text("tag value", value), once=once
        )
        self.changes.run(run_id, What.TAGS)

    async def untag(self, run_id: str, key: str, *, once: Once | None = None) -> None:
        """Remove a tag; one that is not there is fine."""
        await self.store.delete_tag(run_id, key, once=once)
        self.changes.run(run_id, What.TAGS)

    async def tags(self, run_id: str) -> Mapping[str, str]:
        """Return the tags of a run."""
        return await self.store.get_tags(run_id)

    async def note(
        self,
        run_id: str,
        note: str,
        *,
        previous: str | None = None,
        saved_by: str | None = None,
        once: Once | None = None,
    ) -> None:
        """Replace the note, at any time of a run's life.

        `previous` is the note as whoever edited it has seen it; an edit of another one is refused.
        """
        by = None if saved_by is None else check_name("saved_by", saved_by)
        await self.store.set_note(
            run_id,
            check_text("note", note),
            saved=Saved(self.clock(), by),
            previous=previous,
            once=once,
        )
        self.changes.run(run_id, What.NOTE)

    async def add_dataset(
        self, run_id: str, dataset: Dataset, *, once: Once | None = None
    ) -> Dataset:
        """Say what a run is trained or tested on."""
        added = await self.store.add_dataset(self._dataset(run_id, dataset), once=once)
        self.changes.run(run_id, What.DATASETS)
        return added

    async def datasets(
        self, run_id: str, *, limit: int, after: Position | None = None
    ) -> Page[Dataset]:
        """Return one page of a run's datasets, newest first."""
        return await self.store.list_datasets(run_id, limit=check_limit(limit), after=after)

    def _tell(self, run: Run, what: What) -> None:
        """Tell those who watch a run what it did, and those who watch its parent that it did."""
        self.changes.run(run.id, what)
        if run.parent_run_id is not None:
            self.changes.run(run.parent_run_id, What.CHILDREN)

    def _dataset(self, run_id: str, dataset: Dataset) -> Dataset:
        return replace(
            check_dataset(dataset),
            id=self.new_id(),
            run_id=run_id,
            features=check_value("dataset features", dataset.features),
            created_at=self.clock(),
        )


def _check_tags(tags: Mapping[str, str]) -> Mapping[str, str]:
    return {check_key("tag", key): check_text("tag value", tags[key]) for key in tags}
