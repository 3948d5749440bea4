"""What every store promises about the records of artifacts."""
# ruff: noqa: D102  the name of a test is its docstring

import pytest

from chachaml_kernel.domain.artifacts import storage_key
from chachaml_kernel.domain.idempotency import Once
from chachaml_kernel.errors import NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import artifact, new_run, new_version
from chachaml_kernel.testing.reading import refused


@pytest.mark.asyncio
class ArtifactSuite:
    """A name in a run's list is one artifact; what a version holds is kept beside it."""

    async def test_an_artifact_is_read_as_it_was_added(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        added = artifact("a", "r", name="plots/größe.png")
        assert await store.add_artifact(added) == (added, [])
        assert await store.get_artifact("a") == added
        assert list((await store.get_run("r")).artifacts) == [added]

    async def test_a_missing_artifact_is_named_as_such(self, store: Store) -> None:
        assert (await refused(store.get_artifact("a"), NotFound)).error == "no such artifact"

    async def test_artifacts_are_listed_newest_first(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        for name, at in (("b", 2_000), ("c", 3_000), ("a", 1_000)):
            await store.add_artifact(artifact(f"id-{name}", "r", name=name, at=at))
        assert [one.name for one in (await store.get_run("r")).artifacts] == ["c", "b", "a"]

    async def test_a_name_again_replaces_the_artifact_and_frees_its_bytes(
        self, store: Store
    ) -> None:
        await store.start_run(new_run("r"))
        await store.add_artifact(artifact("old", "r"))
        await store.add_artifact(artifact("beside", "r", name="log"))
        new = artifact("new", "r", at=2_000)
        added, freed = await store.add_artifact(new)
        assert (added, list(freed)) == (new, [storage_key("r", "old")])
        assert {one.id for one in (await store.get_run("r")).artifacts} == {"new", "beside"}
        await refused(store.get_artifact("old"), NotFound)

    async def test_the_same_name_in_another_run_is_another_artifact(self, store: Store) -> None:
        for run_id in ("a", "b"):
            await store.start_run(new_run(run_id))
            _, freed = await store.add_artifact(artifact(f"in-{run_id}", run_id))
            assert not freed
        assert [one.id for one in (await store.get_run("a")).artifacts] == ["in-a"]

    async def test_what_a_version_holds_is_kept_when_it_is_replaced(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        held = artifact("held", "r")
        await store.add_artifact(held)
        await store.add_version(new_version("m", "r"))
        new = artifact("new", "r")
        added, freed = await store.add_artifact(new)
        assert (added, list(freed)) == (new, [])
        assert list((await store.get_run("r")).artifacts) == [new]
        assert await store.get_artifact("held") == held
        (version,) = (await store.get_model("m")).versions
        assert version.artifact == held

    async def test_a_version_takes_the_artifact_that_has_the_name_now(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        for artifact_id in ("first", "second"):
            await store.add_artifact(artifact(artifact_id, "r"))
            await store.add_version(new_version("m", "r"))
        newest, oldest = (await store.get_model("m")).versions
        assert (newest.artifact.id, oldest.artifact.id) == ("second", "first")

    async def test_a_retried_upload_frees_the_bytes_that_came_again(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        first = artifact("first", "r")
        once = Once("key", "upload")
        assert await store.add_artifact(first, once=once) == (first, [])
        added, freed = await store.add_artifact(artifact("again", "r"), once=once)
        assert (added, list(freed)) == (first, [storage_key("r", "again")])
        assert list((await store.get_run("r")).artifacts) == [first]
        await refused(store.get_artifact("again"), NotFound)
