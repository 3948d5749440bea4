"""Lists filtered by what many runs have: the next runs of the order are looked at first."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from chachaml_kernel.domain.language.parser import parse
from chachaml_kernel.domain.query import RunQuery, Sort
from chachaml_kernel.testing.builders import new_run
from chachaml_kernel.testing.reading import paged_run_ids
from chachaml_store_sql import SqlStore
from chachaml_store_sql.lists import plan
from chachaml_store_sql.lists.runs import list_runs
from chachaml_store_sqlite import StoreSqlite
from msgspec.structs import replace

from tests.integration.plans import statements_of

RUNS = 120
ADAM = parse("param.optimizer = adam")


def has_adam(number: int) -> bool:
    """Every second of the newest 40 runs has, and each of the oldest 30."""
    return number < 30 or (number >= RUNS - 40 and number % 2 == 0)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "FEW", 5)
    monkeypatch.setattr(plan, "NEAR", 20)


async def fill(store: SqlStore) -> None:
    for number in range(RUNS):
        run_id = f"{number:03d}"
        experiment = "even" if number % 4 == 0 else "other"
        # Some start at the same time.
        await store.start_run(new_run(run_id, experiment=experiment, at=number // 3))
        optimizer = "adam" if has_adam(number) else "sgd"
        await store.log_params(run_id, {"optimizer": optimizer})


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("experiment", [None, "even"])
async def test_pages_are_those_of_the_whole_order(
    sql_store: SqlStore, *, descending: bool, experiment: str | None
) -> None:
    await fill(sql_store)
    sort = Sort("started_at", descending=descending)
    everything = RunQuery(sort=sort, experiment=experiment)
    order = await paged_run_ids(sql_store, everything)
    for limit in (1, 4, 7):
        wanted = replace(everything, where=ADAM, limit=limit)
        expected = [run_id for run_id in order if has_adam(int(run_id))]
        assert await paged_run_ids(sql_store, wanted) == expected


async def test_only_where_the_next_runs_have_no_page_are_all_counted(tmp_path: Path) -> None:
    async with StoreSqlite(path=tmp_path / "x.db").chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await fill(store)
        near = RunQuery(where=ADAM, limit=5)
        assert len(await counts(store, near)) == 1
        assert len(await counts(store, replace(near, limit=12))) > 1


async def counts(store: SqlStore, query: RunQuery) -> Sequence[str]:
    ran = await statements_of(store, lambda c: list_runs(c, query))
    return [sql for sql in ran if "count" in sql and "params" in sql]
