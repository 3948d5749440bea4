"""What every store promises about the history of a model."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio

import pytest

from chachaml_kernel.domain.models import SHOWN_MOVES, InProduction, Move, Stage, Version
from chachaml_kernel.errors import Conflict
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import artifact, new_move, new_run, new_version
from chachaml_kernel.testing.reading import pages, refused

NONE, STAGING, PRODUCTION, ARCHIVED = Stage
MANY = 25


async def register(store: Store, *stages: Stage) -> None:
    """Register versions of the model `m`, one for each of `stages`."""
    await store.start_run(new_run("r"))
    await store.add_artifact(artifact("a", "r"))
    for stage in stages:
        await store.add_version(new_version("m", "r", stage=stage))


async def history(store: Store) -> list[Move]:
    """Return the moves of the model `m`, the first one first."""
    return list((await store.list_moves("m", limit=1_000)).rows)[::-1]


async def moves(store: Store) -> list[tuple[int, Stage, Stage, int | None]]:
    """Return which versions of the model `m` moved from where to where, and displaced by which."""
    return [
        (one.version, one.from_stage, one.to_stage, one.displaced_by)
        for one in await history(store)
    ]


async def versions(store: Store) -> dict[int, Version]:
    """Return the versions of the model `m` by their number."""
    return {one.version: one for one in (await store.get_model("m")).versions}


@pytest.mark.asyncio
class MoveSuite:
    """Each change of a stage is a fact of its own: who, when, why, and what made room for it."""

    async def test_a_move_is_kept_with_its_author_its_time_and_its_reason(
        self, store: Store
    ) -> None:
        await register(store, NONE)
        await store.set_stage(new_move("m", 1, STAGING, at=5_000, by="ada", reason="größer 🙂\n"))
        assert await history(store) == [
            Move(
                version=1,
                from_stage=NONE,
                to_stage=STAGING,
                at=5_000,
                by="ada",
                reason="größer 🙂\n",
            )
        ]
        assert (await versions(store))[1].stage_since == 5_000

    async def test_a_version_that_is_registered_for_a_stage_moves_to_it(self, store: Store) -> None:
        await register(store, NONE, STAGING, PRODUCTION, PRODUCTION)
        assert await moves(store) == [
            (2, NONE, STAGING, None),
            (3, NONE, PRODUCTION, None),
            (3, PRODUCTION, ARCHIVED, 4),
            (4, NONE, PRODUCTION, None),
        ]

    async def test_what_a_promotion_displaces_moves_with_it(self, store: Store) -> None:
        await register(store, PRODUCTION, NONE)
        new = new_move("m", 2, displace_to=STAGING, at=5_000, by="ada", reason="better on sevens")
        await store.set_stage(new)
        *_, displaced, own = await history(store)
        assert (displaced.version, displaced.from_stage, displaced.to_stage) == (
            1,
            PRODUCTION,
            STAGING,
        )
        assert (displaced.displaced_by, own.displaced_by) == (2, None)
        for one in (displaced, own):
            assert (one.at, one.by, one.reason) == (5_000, "ada", "better on sevens")
        assert {one.stage_since for one in (await versions(store)).values()} == {5_000}

    async def test_a_move_to_where_a_version_is_changes_nothing(self, store: Store) -> None:
        await register(store, PRODUCTION, STAGING)
        before = await store.get_model("m")
        for number, stage in ((1, PRODUCTION), (2, STAGING)):
            same = new_move("m", number, stage, at=9_000, reason="again")
            assert await store.set_stage(same) == (await versions(store))[number]
        assert await store.get_model("m") == before

    async def test_each_model_has_its_own_history(self, store: Store) -> None:
        await register(store, STAGING)
        await store.add_version(new_version("other", "r", stage=PRODUCTION))
        assert await moves(store) == [(1, NONE, STAGING, None)]

    async def test_a_model_comes_with_its_latest_moves(self, store: Store) -> None:
        await register(store, NONE)
        for i in range(SHOWN_MOVES + 5):
            await store.set_stage(new_move("m", 1, (STAGING, NONE)[i % 2], at=2_000 + i))
        shown = (await store.get_model("m")).history
        assert shown == await store.list_moves("m", limit=SHOWN_MOVES)
        assert [one.at for one in shown.rows] == list(range(2_104, 2_004, -1))
        rest = await store.list_moves("m", limit=10, after=shown.next)
        assert [one.at for one in rest.rows] == list(range(2_004, 1_999, -1))

    @pytest.mark.parametrize("limit", [1, 3, 7, 8])
    async def test_moves_are_paged_and_the_last_one_comes_first(
        self, store: Store, limit: int
    ) -> None:
        await register(store, *[PRODUCTION] * 4)
        found = await pages(lambda after: store.list_moves("m", limit=limit, after=after))
        assert [len(page.rows) for page in found[:-1]] == [limit] * (len(found) - 1)
        assert [one for page in found for one in page.rows] == (await history(store))[::-1]

    async def test_a_promotion_that_expects_what_is_there_is_made(self, store: Store) -> None:
        await register(store, NONE, NONE)
        await store.set_stage(new_move("m", 1, displaces=InProduction(None)))
        await store.set_stage(new_move("m", 2, displaces=InProduction(1)))
        assert (await versions(store))[2].stage is PRODUCTION

    @pytest.mark.parametrize("seen", [None, 2, 3])
    async def test_a_promotion_that_expects_something_else_is_refused_and_told_what_is_there(
        self, store: Store, seen: int | None
    ) -> None:
        await register(store, PRODUCTION, NONE, STAGING)
        before = await store.get_model("m")
        for number in (1, 2):
            call = store.set_stage(new_move("m", number, displaces=InProduction(seen)))
            assert "version 1 " in (await refused(call, Conflict)).detail
        assert await store.get_model("m") == before

    async def test_a_promotion_that_expects_a_version_where_none_is_there_is_refused(
        self, store: Store
    ) -> None:
        await register(store, NONE, ARCHIVED)
        call = store.set_stage(new_move("m", 1, displaces=InProduction(2)))
        assert "no version " in (await refused(call, Conflict)).detail

    async def test_of_racing_promotions_that_have_seen_the_same_exactly_one_is_made(
        self, store: Store
    ) -> None:
        await register(store, PRODUCTION, *[NONE] * MANY)
        outcomes = await asyncio.gather(
            *(
                store.set_stage(new_move("m", number, displaces=InProduction(1)))
                for number in range(2, MANY + 2)
            ),
            return_exceptions=True,
        )
        (winner,) = [one.version for one in outcomes if isinstance(one, Version)]
        assert sum(isinstance(one, Conflict) for one in outcomes) == MANY - 1
        assert await moves(store) == [
            (1, NONE, PRODUCTION, None),
            (1, PRODUCTION, ARCHIVED, winner),
            (winner, NONE, PRODUCTION, None),
        ]

    async def test_the_history_of_racing_promotions_leads_to_where_all_stand(
        self, store: Store
    ) -> None:
        await register(store, *[NONE] * MANY)
        await asyncio.gather(
            *(store.set_stage(new_move("m", number)) for number in range(1, MANY + 1))
        )
        stands = dict.fromkeys(range(1, MANY + 1), NONE)
        for version, before, after, displaced_by in await moves(store):
            assert stands[version] is before
            assert (displaced_by is None) == (after is PRODUCTION)
            stands[version] = after
            assert list(stands.values()).count(PRODUCTION) <= 1
        assert stands == {number: one.stage for number, one in (await versions(store)).items()}
        assert len(await moves(store)) == 2 * MANY - 1

    async def test_a_run_shows_the_versions_that_come_from_it(self, store: Store) -> None:
        await register(store, NONE, PRODUCTION)
        await store.start_run(new_run("other"))
        await store.add_version(new_version("z", "r", stage=STAGING, at=500))
        shown = (await store.get_run("r")).model_versions
        assert [(one.name, one.version, one.stage) for one in shown] == [
            ("m", 2, PRODUCTION),
            ("m", 1, NONE),
            ("z", 1, STAGING),
        ]
        assert not (await store.get_run("other")).model_versions
