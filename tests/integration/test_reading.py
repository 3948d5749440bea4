"""Reading a series whose rows have not been sealed for long."""

from pathlib import Path

from chachaml_kernel.domain.metrics import Points, Window
from chachaml_kernel.testing.builders import new_run
from chachaml_kernel.testing.reading import columns, history_of
from chachaml_store_sql import SqlStore
from chachaml_store_sql.schema import chunks, points
from chachaml_store_sql.series.read import ROWS_AT_ONCE
from chachaml_store_sql.series.segments import make
from chachaml_store_sqlite import StoreSqlite
from sqlalchemy import Connection, insert, select

GROUPS = [1, ROWS_AT_ONCE - 2, 700, 3, 64, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 1, 500, 5]
"""Points that follow one another as rows, as a chunk, as rows and so on."""


def line(begin: int, end: int) -> Points:
    span = range(begin, end)
    return Points([i / 3 for i in span], [10 * i for i in span], list(span))


def put(connection: Connection) -> int:
    """Continue the one series with rows and chunks that nobody notes as such; return its length."""
    series_id = connection.execute(select(points.c.series_id)).scalar_one()
    begin = GROUPS[0]
    for place, size in enumerate(GROUPS[1:]):
        part = line(begin, begin + size)
        if place % 2:
            chunk = make(part, part).row(series_id, begin)
            connection.execute(insert(chunks).values(chunk))
        else:
            connection.execute(
                insert(points),
                [
                    {"series_id": series_id, "seq": i, "step": i, "at": 10 * i, "value": i / 3}
                    for i in range(begin, begin + size)
                ],
            )
        begin += size
    return begin


async def test_very_many_rows_among_chunks_are_read_in_order(tmp_path: Path) -> None:
    async with StoreSqlite(path=tmp_path / "chachaml.db").chachaml_store() as store:
        assert isinstance(store, SqlStore)
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": line(0, GROUPS[0])})
        length = await store.write(put)
        assert length == sum(GROUPS)
        assert columns(await history_of(store, "r", "m")) == columns(line(0, length))
        middle = Window("time", 5_000, 10 * (length - 3_000))
        part = await history_of(store, "r", "m", middle)
        assert columns(part) == columns(line(500, length - 2_999))
