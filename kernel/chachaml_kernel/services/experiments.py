"""Experiments: what they are called and how many runs they have."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from chachaml_kernel.domain.direction import LOWER_IS_BETTER, higher_is_better
from chachaml_kernel.domain.experiments import Experiment, Overview, Ranking, Trend
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.domain.names import check_name, check_text
from chachaml_kernel.domain.paging import Page, Position, check_limit
from chachaml_kernel.ports import Store
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.surroundings import Clock


class Experiments(Struct, frozen=True):
    """All experiments, those never created explicitly too."""

    store: Store
    clock: Clock
    changes: Changes
    headline: tuple[str, ...] = ()
    lower_is_better: tuple[str, ...] = LOWER_IS_BETTER

    async def save(
        self,
        name: str,
        *,
        description: str | None = None,
        owner: str | None = None,
        once: Once | None = None,
    ) -> Experiment:
        """Make an experiment or update it; what is left out stays as it was, what is empty goes."""
        check_name("experiment", name)
        if description is not None:
            check_text("description", description)
        if owner:
            check_name("owner", owner)
        saved = await self.store.save_experiment(
            name, description=description, owner=owner, at=self.clock(), once=once
        )
        self.changes.experiment(name)
        return saved

    async def get(self, name: str) -> Experiment:
        """Return an experiment."""
        return await self.store.get_experiment(name)

    async def list(self, *, limit: int, after: Position | None = None) -> Page[Experiment]:
        """Return one page of the experiments, newest first."""
        return await self.store.list_experiments(limit=check_limit(limit), after=after)

    async def overview(self, *, limit: int, after: Position | None = None) -> Page[Overview]:
        """Return one page of the experiments, newest first, with how they go."""
        page = await self.list(limit=limit, after=after)
        trends = await self._trends([experiment.name for experiment in page.rows])
        return Page([Overview(row, trends.get(row.name)) for row in page.rows], page.next)

    async def get_overview(self, name: str) -> Overview:
        """Return an experiment, and how it goes."""
        experiment = await self.get(name)
        return Overview(experiment, (await self._trends([name])).get(name))

    async def _trends(self, names: Sequence[str]) -> Mapping[str, Trend]:
        leading = await self.store.leading_metrics(names, headline=self.headline)
        asked = {
            name: Ranking(key, descending=higher_is_better(key, self.lower_is_better))
            for name, key in leading.items()
        }
        return await self.store.trends(asked)
