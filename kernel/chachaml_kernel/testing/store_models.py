"""What every store promises about the model registry."""
# ruff: noqa: D102  the name of a test is its docstring

import pytest
from msgspec.structs import replace

from chachaml_kernel.domain.models import NewVersion, Stage, Version
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import artifact, new_move, new_run, new_version
from chachaml_kernel.testing.reading import pages, refused

NONE, STAGING, PRODUCTION, ARCHIVED = Stage


async def start(store: Store) -> None:
    """Start the run `r` with the artifact `weights`."""
    await store.start_run(new_run("r"))
    await store.add_artifact(artifact("a", "r"))


async def stages(store: Store, name: str) -> dict[int, Stage]:
    """Return the stage of each version of a model."""
    return {one.version: one.stage for one in (await store.get_model(name)).versions}


@pytest.mark.asyncio
class ModelSuite:
    """Versions count 1, 2, 3… per model, and at most one of them is in production."""

    async def test_a_version_is_read_as_it_was_registered(self, store: Store) -> None:
        await start(store)
        new = NewVersion(
            name="größe/klein",
            run_id="r",
            artifact_name="weights",
            stage=STAGING,
            description="first try",
            created_by="ada",
            created_at=7_000,
        )
        version = await store.add_version(new)
        assert version == Version(
            name="größe/klein",
            version=1,
            stage=STAGING,
            stage_since=7_000,
            description="first try",
            run_id="r",
            artifact=artifact("a", "r"),
            created_by="ada",
            created_at=7_000,
        )
        detail = await store.get_model("größe/klein")
        assert list(detail.versions) == [version]
        assert list((await store.list_models(limit=10)).rows) == [detail.model]

    async def test_versions_count_from_one_per_model(self, store: Store) -> None:
        await start(store)
        numbers = [
            (await store.add_version(new_version(name, "r"))).version
            for name in ("a", "a", "b", "a", "b")
        ]
        assert numbers == [1, 2, 1, 3, 2]
        assert [one.version for one in (await store.get_model("a")).versions] == [3, 2, 1]

    async def test_a_model_is_described_by_its_first_version(self, store: Store) -> None:
        await start(store)
        await store.add_version(new_version("m", "r", description="first", at=1_000))
        await store.add_version(new_version("m", "r", description="second", at=2_000))
        detail = await store.get_model("m")
        model = detail.model
        assert (model.name, model.description, model.version_count) == ("m", "first", 2)
        assert (model.created_at, model.updated_at, model.production) == (1_000, 2_000, None)
        assert [one.description for one in detail.versions] == ["second", "first"]

    async def test_a_model_can_be_described_anew(self, store: Store) -> None:
        await start(store)
        version = await store.add_version(new_version("m", "r", description="old", at=1_000))
        described = await store.describe_model("m", "new", at=5_000)
        assert (described.description, described.updated_at) == ("new", 5_000)
        detail = await store.get_model("m")
        assert detail.model == described
        assert list(detail.versions) == [version]

    async def test_a_version_can_be_described_anew(self, store: Store) -> None:
        await start(store)
        first = await store.add_version(new_version("m", "r", description="old", at=1_000))
        second = await store.add_version(new_version("m", "r", description="other", at=1_000))
        described = await store.describe_version("m", 1, "new", at=5_000)
        assert described == replace(first, description="new")
        detail = await store.get_model("m")
        assert list(detail.versions) == [second, described]
        assert (detail.model.description, detail.model.updated_at) == ("old", 5_000)

    async def test_an_ended_run_can_be_registered_from(self, store: Store) -> None:
        await start(store)
        await store.end_run("r", RunStatus.COMPLETED, error=None, at=2_000)
        assert (await store.add_version(new_version("m", "r"))).version == 1

    async def test_what_is_missing_is_named_and_makes_no_model(self, store: Store) -> None:
        await start(store)
        missing_artifact = new_version("m", "r", artifact_name="nothing")
        for call, error in (
            (store.add_version(new_version("m", "nobody")), "no such run"),
            (store.add_version(missing_artifact), "no such artifact"),
            (store.set_stage(new_move("m", 1, STAGING)), "no such model"),
            (store.describe_model("m", "x", at=1), "no such model"),
            (store.describe_version("m", 1, "x", at=1), "no such model"),
            (store.list_moves("m", limit=10), "no such model"),
            (store.get_model("m"), "no such model"),
        ):
            assert (await refused(call, NotFound)).error == error
        assert not (await store.list_models(limit=10)).rows
        await store.add_version(new_version("m", "r"))
        for number in (0, 2):
            call = store.set_stage(new_move("m", number, STAGING))
            assert (await refused(call, NotFound)).error == "no such version"
            call = store.describe_version("m", number, "x", at=1)
            assert (await refused(call, NotFound)).error == "no such version"

    async def test_a_version_moves_between_stages(self, store: Store) -> None:
        await start(store)
        first = await store.add_version(new_version("m", "r", at=1_000))
        await store.add_version(new_version("m", "r", stage=STAGING, at=1_000))
        for i, stage in enumerate((STAGING, PRODUCTION, ARCHIVED, NONE)):
            moved = await store.set_stage(new_move("m", 1, stage, at=2_000 + i))
            assert moved == replace(first, stage=stage, stage_since=2_000 + i)
            detail = await store.get_model("m")
            assert await stages(store, "m") == {1: stage, 2: STAGING}
            assert detail.model.production == (moved if stage is PRODUCTION else None)
            assert detail.model.updated_at == 2_000 + i

    @pytest.mark.parametrize("displace_to", [ARCHIVED, STAGING, NONE])
    async def test_a_promotion_displaces_the_version_in_production(
        self, store: Store, displace_to: Stage
    ) -> None:
        await start(store)
        for name in ("m", "m", "other"):
            await store.add_version(new_version(name, "r", stage=NONE))
        await store.set_stage(new_move("other", 1))
        await store.set_stage(new_move("m", 1))
        await store.set_stage(new_move("m", 2, displace_to=displace_to))
        assert await stages(store, "m") == {1: displace_to, 2: PRODUCTION}
        assert await stages(store, "other") == {1: PRODUCTION}

    async def test_a_version_registered_for_production_archives_the_other(
        self, store: Store
    ) -> None:
        await start(store)
        for _ in range(2):
            version = await store.add_version(new_version("m", "r", stage=PRODUCTION))
        assert await stages(store, "m") == {1: ARCHIVED, 2: PRODUCTION}
        (model,) = (await store.list_models(limit=10)).rows
        assert model.production == version

    async def test_any_other_move_leaves_the_version_in_production(self, store: Store) -> None:
        await start(store)
        for stage in (PRODUCTION, NONE, STAGING):
            await store.add_version(new_version("m", "r", stage=stage))
        await store.set_stage(new_move("m", 2, STAGING))
        await store.set_stage(new_move("m", 3, ARCHIVED, displace_to=NONE))
        assert await stages(store, "m") == {1: PRODUCTION, 2: STAGING, 3: ARCHIVED}

    async def test_promoting_the_version_in_production_leaves_it_there(self, store: Store) -> None:
        await start(store)
        await store.add_version(new_version("m", "r", stage=PRODUCTION))
        moved = await store.set_stage(new_move("m", 1))
        assert moved.stage is PRODUCTION
        assert await stages(store, "m") == {1: PRODUCTION}

    @pytest.mark.parametrize("limit", [1, 2, 6, 7])
    async def test_models_are_paged_newest_first(self, store: Store, limit: int) -> None:
        await start(store)
        names = ["b", "é", "a", "B", "🙂", "z"]
        for i, name in enumerate(names):
            await store.add_version(new_version(name, "r", at=1_000 + i // 3))
        await store.add_version(new_version("b", "r", stage=PRODUCTION, at=9_000))
        found = await pages(lambda after: store.list_models(limit=limit, after=after))
        assert [len(page.rows) for page in found[:-1]] == [limit] * (len(found) - 1)
        listed = [one for page in found for one in page.rows]
        assert sorted(one.name for one in listed) == sorted(names)
        assert [one.created_at for one in listed] == [1_001] * 3 + [1_000] * 3
        assert [one.version_count for one in listed if one.name == "b"] == [2]
