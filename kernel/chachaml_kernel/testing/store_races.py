"""What every store promises to callers who come at the same moment."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio

import pytest

from chachaml_kernel.domain.models import Stage
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import Run, RunStatus
from chachaml_kernel.errors import Conflict, NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import artifact, new_move, new_run, new_version, points
from chachaml_kernel.testing.reading import history_of

MANY = 25


async def start(store: Store) -> None:
    """Start the run `r` with the artifact `weights`."""
    await store.start_run(new_run("r"))
    await store.add_artifact(artifact("a", "r"))


@pytest.mark.asyncio
class RaceSuite:
    """Each write happens at one moment, before or after each other one."""

    async def test_racing_registrations_count_without_gap_or_repeat(self, store: Store) -> None:
        await start(store)
        names = ["a", "b"] * MANY
        versions = await asyncio.gather(
            *(store.add_version(new_version(name, "r")) for name in names)
        )
        for name in ("a", "b"):
            numbers = sorted(one.version for one in versions if one.name == name)
            assert numbers == list(range(1, MANY + 1))
            stored = (await store.get_model(name)).versions
            assert [one.version for one in stored] == list(range(MANY, 0, -1))

    async def test_racing_promotions_leave_one_version_in_production(self, store: Store) -> None:
        await start(store)
        for _ in range(MANY):
            await store.add_version(new_version("m", "r"))

        async def promote(version: int) -> None:
            await store.set_stage(new_move("m", version))

        async def in_production() -> int:
            versions = (await store.get_model("m")).versions
            return sum(one.stage is Stage.PRODUCTION for one in versions)

        async def promote_and_look(version: int) -> int:
            await promote(version)
            return await in_production()

        looks = await asyncio.gather(*(promote_and_look(1 + i) for i in range(MANY)))
        assert set(looks) == {1}
        reached = {one.stage for one in (await store.get_model("m")).versions}
        assert reached == {Stage.PRODUCTION, Stage.ARCHIVED}

    async def test_racing_registrations_for_production_leave_one_there(self, store: Store) -> None:
        await start(store)
        new = new_version("m", "r", stage=Stage.PRODUCTION)
        await asyncio.gather(*(store.add_version(new) for _ in range(MANY)))
        detail = await store.get_model("m")
        assert [one.version for one in detail.versions if one.stage is Stage.PRODUCTION] == [MANY]
        assert detail.model.production == detail.versions[0]

    async def test_of_racing_values_of_a_param_exactly_one_wins(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        outcomes = await asyncio.gather(
            *(store.log_params("r", {"p": i, f"only {i}": i}) for i in range(MANY)),
            return_exceptions=True,
        )
        (winner,) = [i for i, outcome in enumerate(outcomes) if outcome is None]
        assert all(isinstance(one, Conflict) for one in outcomes if one is not None)
        assert (await store.get_run("r")).params == {"p": winner, f"only {winner}": winner}

    async def test_of_racing_ends_exactly_one_status_wins(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        statuses = [RunStatus.COMPLETED, RunStatus.FAILED] * 5
        outcomes = await asyncio.gather(
            *(store.end_run("r", status, error=None, at=2_000) for status in statuses),
            return_exceptions=True,
        )
        reached = (await store.get_run("r")).run.status
        for status, outcome in zip(statuses, outcomes, strict=True):
            assert isinstance(outcome, Run if status is reached else Conflict)

    async def test_every_acknowledged_point_of_racing_appends_is_there(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await asyncio.gather(
            *(
                store.append_points("r", {"a": points(float(i)), "b": points(float(i), -1.0)})
                for i in range(MANY)
            )
        )
        for key, count in (("a", MANY), ("b", 2 * MANY)):
            history = await history_of(store, "r", key)
            assert len(history) == count
            assert {value for value in history.values if value >= 0} == set(range(MANY))
        first, second = (await store.get_run("r")).metrics
        assert (first.count, second.count) == (MANY, 2 * MANY)
        assert first.value == (await history_of(store, "r", "a")).values[-1]

    async def test_an_append_that_races_the_end_is_there_or_refused(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": points(-1.0)})

        async def append(i: int) -> float | None:
            try:
                await store.append_points("r", {"m": points(float(i))})
            except NotFound:
                return None
            return float(i)

        async def end() -> None:
            await store.end_run("r", RunStatus.COMPLETED, error=None, at=2_000)

        half = [append(i) for i in range(MANY)]
        other_half = [append(i) for i in range(MANY, 2 * MANY)]
        outcomes = await asyncio.gather(*half, end(), *other_half)
        acknowledged = [value for value in outcomes if value is not None]
        history = await history_of(store, "r", "m")
        assert sorted(history.values) == sorted([-1.0, *acknowledged])
        assert (await store.get_run("r")).run.status is RunStatus.COMPLETED
        (row,) = (await store.list_runs(RunQuery())).rows
        assert row.latest == {"m": history.values[-1]}

    async def test_racing_runs_make_one_experiment(self, store: Store) -> None:
        await asyncio.gather(
            *(store.start_run(new_run(str(i), experiment="x")) for i in range(MANY))
        )
        (experiment,) = (await store.list_experiments(limit=10)).rows
        assert experiment.run_count == MANY

    async def test_racing_uploads_of_a_name_leave_one_and_free_the_others(
        self, store: Store
    ) -> None:
        await store.start_run(new_run("r"))
        outcomes = await asyncio.gather(
            *(store.add_artifact(artifact(str(i), "r")) for i in range(MANY))
        )
        freed = [key for _, keys in outcomes for key in keys]
        (kept,) = (await store.get_run("r")).artifacts
        assert len(freed) == MANY - 1
        assert set(freed) == {f"r/{i}" for i in range(MANY)} - {f"r/{kept.id}"}
