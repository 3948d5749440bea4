"""What every store promises about saved views."""
# ruff: noqa: D102  the name of a test is its docstring

import asyncio

import pytest
from msgspec.structs import replace

from chachaml_kernel.domain.views import View
from chachaml_kernel.errors import Conflict, NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_view
from chachaml_kernel.testing.reading import pages, refused


async def listed(store: Store) -> list[View]:
    """Return all views, newest first."""
    return list((await store.list_views(limit=100)).rows)


@pytest.mark.asyncio
class ViewSuite:
    """A view has a name of its own, and leads to one query."""

    async def test_a_view_is_listed_as_it_was_saved(self, store: Store) -> None:
        view = View(
            name="größe/klein",
            query="tag.goal=paper&sort=metric.loss",
            created_by="ada",
            created_at=5_000,
            updated_at=5_000,
        )
        assert await store.save_view(view) == view
        assert await listed(store) == [view]

    async def test_saving_a_name_again_replaces_its_query(self, store: Store) -> None:
        first = new_view("v", query="status=failed", at=1_000)
        await store.save_view(first)
        again = replace(new_view("v", query="", at=2_000), created_by="bob")
        saved = await store.save_view(again)
        assert saved == replace(first, query="", updated_at=2_000)
        assert await listed(store) == [saved]

    async def test_a_view_can_be_renamed(self, store: Store) -> None:
        view = await store.save_view(new_view("old", query="status=failed", at=1_000))
        renamed = await store.rename_view("old", "new/🙂", at=2_000)
        assert renamed == replace(view, name="new/🙂", updated_at=2_000)
        assert await listed(store) == [renamed]
        assert await store.rename_view("new/🙂", "new/🙂", at=3_000) == replace(
            renamed, updated_at=3_000
        )

    async def test_a_name_is_not_taken_from_another_view(self, store: Store) -> None:
        for name in ("a", "b"):
            await store.save_view(new_view(name))
        before = await listed(store)
        assert "'b'" in (await refused(store.rename_view("a", "b", at=2_000), Conflict)).detail
        assert await listed(store) == before

    async def test_a_deleted_view_is_gone(self, store: Store) -> None:
        for name in ("a", "b"):
            await store.save_view(new_view(name))
        await store.delete_view("a")
        assert [view.name for view in await listed(store)] == ["b"]

    async def test_a_view_that_is_not_there_is_not_found(self, store: Store) -> None:
        for call in (store.delete_view("x"), store.rename_view("x", "y", at=1)):
            assert (await refused(call, NotFound)).error == "no such view"

    async def test_racing_saves_of_a_name_make_one_view(self, store: Store) -> None:
        await asyncio.gather(
            *(store.save_view(new_view("v", query=f"name={i}")) for i in range(25))
        )
        (view,) = await listed(store)
        assert view.query in {f"name={i}" for i in range(25)}

    async def test_of_racing_renames_to_one_name_exactly_one_wins(self, store: Store) -> None:
        names = [str(i) for i in range(25)]
        for name in names:
            await store.save_view(new_view(name))
        outcomes = await asyncio.gather(
            *(store.rename_view(name, "best", at=2_000) for name in names), return_exceptions=True
        )
        assert sum(isinstance(one, View) for one in outcomes) == 1
        assert sum(isinstance(one, Conflict) for one in outcomes) == 24
        assert len(await listed(store)) == 25

    @pytest.mark.parametrize("limit", [1, 2, 6, 7])
    async def test_views_are_paged_newest_first(self, store: Store, limit: int) -> None:
        names = ["b", "é", "a", "B", "🙂", "z"]
        for i, name in enumerate(names):
            await store.save_view(new_view(name, at=1_000 + i // 3))
        await store.save_view(new_view("b", at=9_000))
        found = await pages(lambda after: store.list_views(limit=limit, after=after))
        assert [len(page.rows) for page in found[:-1]] == [limit] * (len(found) - 1)
        views = [view for page in found for view in page.rows]
        assert sorted(view.name for view in views) == sorted(names)
        assert [view.created_at for view in views] == [1_001] * 3 + [1_000] * 3
