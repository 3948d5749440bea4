"""What every store promises about the life of a run."""
# ruff: noqa: D102  the name of a test is its docstring

import pytest

from chachaml_kernel.domain.artifacts import storage_key
from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import Conflict, Invalid, NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import artifact, dataset, new_run, new_version, points
from chachaml_kernel.testing.reading import history_of, refused, run_ids

COMPLETED, FAILED, RUNNING = RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.RUNNING


@pytest.mark.asyncio
class RunSuite:
    """Starting, ending, resuming, archiving and deleting."""

    async def test_a_store_that_was_opened_answers_a_ping(self, store: Store) -> None:
        await store.ping()

    async def test_a_new_run_is_read_as_it_was_started(self, store: Store) -> None:
        new = new_run(
            "r",
            at=1_760_000_000_000,
            experiment="größe / 猫",
            name="naïve 🙂",
            created_by="ada",
            tags={"team": "vision", "empty": ""},
            env={"python": "3.11", "gpus": [{"name": "H100", "memory": 8.5e10}], "cuda": None},
            datasets=[dataset("d", "r", name="digits")],
        )
        assert await store.start_run(new) == new.run
        detail = await store.get_run("r")
        assert detail.run == new.run
        assert detail.tags == new.tags
        assert detail.env == new.env
        assert list(detail.datasets) == list(new.datasets)
        assert (detail.note, detail.params, detail.headline) == ("", {}, None)
        assert not detail.metrics
        assert not detail.artifacts
        assert not detail.children

    async def test_a_run_whose_parent_does_not_exist_is_not_started(self, store: Store) -> None:
        refusal = await refused(store.start_run(new_run("r", parent="nobody")), NotFound)
        assert refusal.error == "no such run"
        await refused(store.get_run("r"), NotFound)
        assert not (await store.list_experiments(limit=10)).rows

    async def test_children_are_listed_newest_first(self, store: Store) -> None:
        await store.start_run(new_run("parent"))
        for run_id, at in (("b", 2_000), ("c", 3_000), ("a", 1_500)):
            await store.start_run(new_run(run_id, at=at, parent="parent"))
        children = (await store.get_run("parent")).children
        assert [child.id for child in children] == ["c", "b", "a"]
        assert children[0].parent_run_id == "parent"

    async def test_an_ended_run_tells_how_and_when(self, store: Store) -> None:
        await store.start_run(new_run("r", at=1_000))
        ended = await store.end_run("r", FAILED, error="out of memory", at=4_500)
        run = (await store.get_run("r")).run
        assert run == ended
        assert (run.status, run.error, run.ended_at) == (FAILED, "out of memory", 4_500)
        assert run.duration == 3_500

    async def test_ending_again_with_the_same_status_changes_nothing(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.end_run("r", FAILED, error="first", at=2_000)
        before = await store.get_run("r")
        await store.end_run("r", FAILED, error="second", at=3_000)
        assert await store.get_run("r") == before

    async def test_ending_again_with_another_status_conflicts(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.end_run("r", COMPLETED, error=None, at=2_000)
        before = await store.get_run("r")
        await refused(store.end_run("r", FAILED, error=None, at=3_000), Conflict)
        assert await store.get_run("r") == before

    async def test_a_resumed_run_has_no_end_and_takes_writes(self, store: Store) -> None:
        started = await store.start_run(new_run("r"))
        await store.end_run("r", FAILED, error="killed", at=2_000)
        assert await store.resume_run("r") == started
        assert (await store.get_run("r")).run == started
        await store.log_params("r", {"lr": 0.1})
        await store.end_run("r", COMPLETED, error=None, at=5_000)
        assert (await store.get_run("r")).run.ended_at == 5_000

    async def test_resuming_a_run_that_runs_changes_nothing(self, store: Store) -> None:
        started = await store.start_run(new_run("r"))
        assert await store.resume_run("r") == started

    async def test_an_ended_and_a_missing_run_refuse_writes_alike(self, store: Store) -> None:
        await store.start_run(new_run("ended"))
        await store.end_run("ended", COMPLETED, error=None, at=2_000)
        before = await store.get_run("ended")
        await store.start_run(new_run("running"))
        await store.require_run("running", running=True)
        await store.require_run("ended", running=False)
        await refused(store.require_run("missing", running=False), NotFound)
        details = {}
        for run_id in ("ended", "missing"):
            refusals = [
                await refused(store.require_run(run_id, running=True), NotFound),
                await refused(store.log_params(run_id, {"lr": 1}), NotFound),
                await refused(store.append_points(run_id, {"loss": points(1.0)}), NotFound),
                await refused(store.add_artifact(artifact("a", run_id)), NotFound),
                await refused(store.add_dataset(dataset("d", run_id)), NotFound),
            ]
            assert {refusal.error for refusal in refusals} == {"no such run"}
            details[run_id] = refusals[0].detail
        assert details["ended"].replace("ended", "", 1) != details["missing"].replace(
            "missing", "", 1
        )
        assert await store.get_run("ended") == before
        await refused(store.get_artifact("a"), NotFound)

    async def test_an_id_with_a_nul_is_nothings(self, store: Store) -> None:
        for call in (
            store.get_run("\0"),
            store.start_run(new_run("child", parent="\0")),
            store.log_params("\0", {"lr": 1}),
            store.append_points("\0", {"loss": points(1.0)}),
        ):
            with pytest.raises((NotFound, Invalid)):
                await call

    async def test_a_missing_run_is_named_as_such_everywhere(self, store: Store) -> None:
        for call in (
            store.get_run("x"),
            store.end_run("x", COMPLETED, error=None, at=1),
            store.resume_run("x"),
            store.set_archived("x", archived=True),
            store.set_archived("x", archived=False),
            store.delete_run("x"),
            store.set_tag("x", "k", "v"),
            store.delete_tag("x", "k"),
            store.get_tags("x"),
            store.set_note("x", "n", saved=Saved(1)),
            store.list_datasets("x", limit=1),
            history_of(store, "x", "loss"),
            store.add_version(new_version("m", "x")),
        ):
            assert (await refused(call, NotFound)).error == "no such run"

    async def test_an_archived_run_is_hidden_from_lists_until_restored(self, store: Store) -> None:
        await store.start_run(new_run("kept"))
        await store.start_run(new_run("hidden"))
        await store.set_archived("hidden", archived=True)
        await store.set_archived("hidden", archived=True)
        assert (await store.get_run("hidden")).run.archived
        assert await run_ids(store, RunQuery()) == ["kept"]
        await store.set_archived("hidden", archived=False)
        assert not (await store.get_run("hidden")).run.archived
        assert set(await run_ids(store, RunQuery())) == {"kept", "hidden"}

    async def test_only_an_archived_run_can_be_deleted(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.add_artifact(artifact("a", "r"))
        before = await store.get_run("r")
        await refused(store.delete_run("r"), Conflict)
        assert await store.get_run("r") == before

    async def test_a_deleted_run_is_gone_with_all_that_was_its_own(self, store: Store) -> None:
        await store.start_run(new_run("r", tags={"k": "v"}, datasets=[dataset("d", "r")]))
        await store.log_params("r", {"lr": 1})
        await store.append_points("r", {"loss": points(1.0)})
        await store.add_artifact(artifact("a1", "r", name="one"))
        await store.add_artifact(artifact("a2", "r", name="two"))
        await store.set_archived("r", archived=True)
        freed = await store.delete_run("r")
        assert sorted(freed) == [storage_key("r", "a1"), storage_key("r", "a2")]
        await refused(store.get_run("r"), NotFound)
        await refused(history_of(store, "r", "loss"), NotFound)
        await refused(store.get_artifact("a1"), NotFound)
        assert await run_ids(store, RunQuery(archived=None)) == []
        keys = await store.run_keys(RunQuery(archived=None))
        assert not [*keys.params, *keys.metrics, *keys.tags]

    async def test_children_of_a_deleted_run_lose_their_parent(self, store: Store) -> None:
        await store.start_run(new_run("parent"))
        await store.start_run(new_run("child", parent="parent"))
        await store.set_archived("parent", archived=True)
        await store.delete_run("parent")
        assert (await store.get_run("child")).run.parent_run_id is None
        assert await run_ids(store, RunQuery(parent_run_id="parent")) == []

    async def test_versions_outlive_their_run_with_their_artifact(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        held = artifact("held", "r", name="weights")
        await store.add_artifact(held)
        await store.add_artifact(artifact("free", "r", name="log"))
        version = await store.add_version(new_version("m", "r"))
        await store.set_archived("r", archived=True)
        assert list(await store.delete_run("r")) == [storage_key("r", "free")]
        assert list((await store.get_model("m")).versions) == [version]
        assert await store.get_artifact("held") == held
