"""Upkeep of the store: what cannot be done now is done later."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import Overloaded
from chachaml_kernel.testing.builders import new_run
from chachaml_store_sql import SqlStore
from chachaml_store_sql.schema import points
from chachaml_store_sqlite import StoreSqlite
from sqlalchemy import Connection, func, select

from tests.integration.curves import curve


def rows(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(points)).scalar_one()


@pytest.mark.parametrize("refused", ["read", "write"])
async def test_what_was_put_off_is_taken_up_again(tmp_path: Path, refused: str) -> None:
    async with StoreSqlite(path=tmp_path / "x.db").chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.upkeep.idle.wait()
        asked: list[str] = []
        runner = getattr(store, refused)

        async def busy_at_first(function: Callable[[Connection], Any]) -> Any:
            asked.append(refused)
            if len(asked) <= 2:
                raise Overloaded("too much waits")
            return await runner(function)

        setattr(store.upkeep, refused, busy_at_first)
        store.upkeep.pause = 0.0
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": curve(0, 50)})
        await store.end_run("r", RunStatus.COMPLETED, error=None, at=1)
        await store.upkeep.idle.wait()
        assert len(asked) > 2
        assert await store.read(rows) == 0
