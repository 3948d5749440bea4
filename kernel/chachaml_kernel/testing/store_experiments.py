"""What every store promises about experiments."""
# ruff: noqa: D102  the name of a test is its docstring

import pytest

from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run
from chachaml_kernel.testing.reading import pages, refused


async def only_experiment(store: Store) -> Experiment:
    """Return the one experiment that there is."""
    (experiment,) = (await store.list_experiments(limit=10)).rows
    return experiment


@pytest.mark.asyncio
class ExperimentSuite:
    """Experiments are made by name, explicitly or by a run, and count their runs."""

    async def test_a_saved_experiment_is_listed(self, store: Store) -> None:
        saved = await store.save_experiment("größe", description="why", owner="ada", at=5_000)
        assert saved == Experiment(
            name="größe",
            description="why",
            owner="ada",
            created_at=5_000,
            last_updated=5_000,
        )
        assert await only_experiment(store) == saved

    async def test_an_experiment_needs_no_more_than_a_name(self, store: Store) -> None:
        saved = await store.save_experiment("x", description=None, owner=None, at=5_000)
        assert (saved.description, saved.owner) == ("", None)

    async def test_saving_again_updates_what_is_given(self, store: Store) -> None:
        await store.save_experiment("x", description="why", owner="ada", at=1_000)
        await store.save_experiment("x", description=None, owner="bob", at=2_000)
        saved = await store.save_experiment("x", description="how", owner=None, at=3_000)
        assert (saved.description, saved.owner) == ("how", "bob")
        assert (saved.created_at, saved.last_updated) == (1_000, 3_000)
        assert await only_experiment(store) == saved

    async def test_an_empty_text_clears_what_was_there(self, store: Store) -> None:
        await store.save_experiment("x", description="why", owner="ada", at=1_000)
        saved = await store.save_experiment("x", description="", owner=None, at=2_000)
        assert (saved.description, saved.owner) == ("", "ada")
        saved = await store.save_experiment("x", description=None, owner="", at=3_000)
        assert (saved.description, saved.owner) == ("", None)
        made = await store.save_experiment("y", description="", owner="", at=4_000)
        assert (made.description, made.owner) == ("", None)
        assert list((await store.list_experiments(limit=10)).rows) == [made, saved]

    async def test_an_experiment_is_found_by_its_name(self, store: Store) -> None:
        await store.start_run(new_run("r", experiment="größe/klein"))
        await store.save_experiment("other", description="why", owner="ada", at=5_000)
        for experiment in (await store.list_experiments(limit=10)).rows:
            assert await store.get_experiment(experiment.name) == experiment
        refusal = await refused(store.get_experiment("größe"), NotFound)
        assert refusal.error == "no such experiment"

    async def test_a_run_makes_its_experiment(self, store: Store) -> None:
        await store.start_run(new_run("r", experiment="x", at=4_000))
        assert await only_experiment(store) == Experiment(
            name="x",
            description="",
            owner=None,
            created_at=4_000,
            last_updated=4_000,
            counts=RunCounts(running=1),
        )

    async def test_a_run_joins_an_experiment_as_it_is(self, store: Store) -> None:
        await store.save_experiment("x", description="why", owner="ada", at=1_000)
        await store.start_run(new_run("r", experiment="x", at=4_000))
        joined = await only_experiment(store)
        assert (joined.description, joined.owner, joined.created_at) == ("why", "ada", 1_000)
        assert (joined.run_count, joined.last_updated) == (1, 4_000)
        saved = await store.save_experiment("x", description="how", owner=None, at=5_000)
        assert saved.run_count == 1
        assert await only_experiment(store) == saved

    async def test_last_updated_follows_starts_and_ends(self, store: Store) -> None:
        await store.start_run(new_run("a", experiment="x", at=1_000))
        await store.start_run(new_run("b", experiment="x", at=3_000))
        assert (await only_experiment(store)).last_updated == 3_000
        await store.end_run("a", RunStatus.COMPLETED, error=None, at=8_000)
        assert (await only_experiment(store)).last_updated == 8_000
        await store.end_run("b", RunStatus.FAILED, error=None, at=7_000)
        assert (await only_experiment(store)).last_updated == 8_000

    async def test_the_count_leaves_archived_and_deleted_runs_out(self, store: Store) -> None:
        for run_id in ("a", "b", "c"):
            await store.start_run(new_run(run_id, experiment="x"))
        await store.set_archived("a", archived=True)
        await store.set_archived("a", archived=True)
        await store.set_archived("b", archived=True)
        assert (await only_experiment(store)).run_count == 1
        await store.set_archived("b", archived=False)
        await store.set_archived("c", archived=False)
        assert (await only_experiment(store)).run_count == 2
        await store.delete_run("a")
        assert (await only_experiment(store)).run_count == 2

    async def test_each_experiment_counts_its_own_runs(self, store: Store) -> None:
        for i in range(5):
            await store.start_run(new_run(str(i), experiment="even" if i % 2 == 0 else "odd"))
        listed = (await store.list_experiments(limit=10)).rows
        assert {one.name: one.run_count for one in listed} == {"even": 3, "odd": 2}

    @pytest.mark.parametrize("limit", [1, 2, 6, 7])
    async def test_experiments_are_paged_newest_first(self, store: Store, limit: int) -> None:
        names = ["b", "é", "a", "B", "🙂", "z"]
        for i, name in enumerate(names):
            await store.save_experiment(name, description=None, owner=None, at=1_000 + i // 3)
        found = await pages(lambda after: store.list_experiments(limit=limit, after=after))
        assert [len(page.rows) for page in found[:-1]] == [limit] * (len(found) - 1)
        listed = [one for page in found for one in page.rows]
        assert sorted(one.name for one in listed) == sorted(names)
        assert [one.created_at for one in listed] == [1_001] * 3 + [1_000] * 3
