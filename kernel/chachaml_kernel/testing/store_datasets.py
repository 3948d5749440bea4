"""What every store promises about datasets."""
# ruff: noqa: D102  the name of a test is its docstring

import pytest

from chachaml_kernel.domain.datasets import Dataset
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import dataset, new_run
from chachaml_kernel.testing.reading import pages


@pytest.mark.asyncio
class DatasetSuite:
    """Datasets of a run, newest first."""

    async def test_a_dataset_is_read_as_it_was_added(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        full = Dataset(
            id="d",
            run_id="r",
            role="test",
            name="digits",
            n_rows=2**63 - 1,
            n_cols=0,
            features={"pixels": ["x", 1, None]},
            hash="abc",
            source="s3://bucket/digits",
            created_at=5_000,
        )
        assert await store.add_dataset(full) == full
        assert list((await store.list_datasets("r", limit=10)).rows) == [full]
        assert list((await store.get_run("r")).datasets) == [full]

    async def test_datasets_are_listed_newest_first(self, store: Store) -> None:
        await store.start_run(new_run("r", datasets=[dataset("b", "r", at=2_000)]))
        await store.add_dataset(dataset("c", "r", at=3_000))
        await store.add_dataset(dataset("a", "r", at=1_000))
        listed = (await store.list_datasets("r", limit=10)).rows
        assert [one.id for one in listed] == ["c", "b", "a"]
        assert list((await store.get_run("r")).datasets) == list(listed)

    @pytest.mark.parametrize("limit", [1, 2, 5, 6])
    async def test_pages_neither_skip_nor_repeat(self, store: Store, limit: int) -> None:
        await store.start_run(new_run("r"))
        await store.start_run(new_run("other", datasets=[dataset("x", "other")]))
        for i in range(5):
            await store.add_dataset(dataset(f"d{i}", "r", at=1_000 + i // 3))
        found = await pages(lambda after: store.list_datasets("r", limit=limit, after=after))
        assert [len(page.rows) for page in found[:-1]] == [limit] * (len(found) - 1)
        listed = [one for page in found for one in page.rows]
        assert sorted(one.id for one in listed) == [f"d{i}" for i in range(5)]
        assert [one.created_at for one in listed] == [1_001, 1_001, 1_000, 1_000, 1_000]
