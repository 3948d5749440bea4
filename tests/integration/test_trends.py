"""How experiments go: what is looked at for that."""

from functools import partial
from pathlib import Path

from chachaml_kernel.domain.experiments import Ranking
from chachaml_kernel.testing.builders import new_run, points
from chachaml_store_sql import SqlStore
from chachaml_store_sql.lists.trends import trends
from chachaml_store_sqlite import StoreSqlite

from tests.integration.plans import steps_of


async def test_last_values_are_looked_up_for_the_runs_that_are_shown_alone(tmp_path: Path) -> None:
    async with StoreSqlite(path=tmp_path / "chachaml.db").chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.start_run(new_run("a", experiment="digits"))
        await store.append_points("a", {"loss": points(0.5)})
        asked = {"digits": Ranking("loss", descending=False)}
        assert (await store.trends(asked))["digits"].recent == [("a", 0.5)]
        steps = await steps_of(store, partial(trends, asked=asked))
        assert "SEARCH series USING INTEGER PRIMARY KEY (rowid=?)" in " ".join(steps)
        assert not [step for step in steps if step.startswith("SCAN runs") or "by_latest" in step]
