"""Whatever is appended, sealed, killed and reopened, a series reads the same."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from chachaml_kernel.domain.metrics import Window
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.testing.builders import new_run
from chachaml_kernel.testing.reading import history_of
from chachaml_store_sql import SqlStore
from chachaml_store_sqlite import StoreSqlite
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.integration.curves import curve, exact

LOGGER = """
import asyncio, itertools, sys
from pathlib import Path
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.domain.runs import NewRun, Run, RunStatus
from chachaml_store_sql.series import sealing
from chachaml_store_sqlite import StoreSqlite

async def main():
    async with StoreSqlite(path=Path(sys.argv[1])).chachaml_store() as store:
        step = int(sys.argv[2])
        if step == 0:
            run = Run(id="r", experiment="e", name=None, status=RunStatus.RUNNING, started_at=0)
            await store.start_run(NewRun(run=run))
        sizes = itertools.cycle((1, 20, 64, 300, 1_000))
        sealer = asyncio.create_task(seal_always(store))
        while True:
            size = next(sizes)
            steps = list(range(step, step + size))
            await store.append_points("r", {"m": Points([s / 3 for s in steps], steps, steps)})
            step += size
            print(step, flush=True)

async def seal_always(store):
    while True:
        sealed = await store.read(lambda c: sealing.encode_next(c, 1))
        if sealed and sealed.segment:
            await store.write(lambda c: sealing.put_in_place(c, sealed))

asyncio.run(main())
"""


async def seal(store: SqlStore) -> None:
    """Have all rows of the run sealed, as its end does."""
    await store.end_run("r", RunStatus.COMPLETED, error=None, at=1)
    await store.upkeep.idle.wait()
    await store.resume_run("r")


OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 200) | st.integers(450, 550)),
        st.tuples(st.just("seal"), st.just(0)),
        st.tuples(st.just("reopen"), st.just(0)),
    ),
    max_size=15,
)


@given(operations=OPERATIONS, first=st.integers(0, 2_000), last=st.integers(0, 2_000))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(operations=[("append", 100)], first=2, last=0)
def test_any_order_of_appends_and_seals_reads_the_same(
    operations: list[tuple[str, int]],
    first: int,
    last: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("series") / "chachaml.db"

    async def play() -> None:
        length = 0
        left = list(operations)
        opened = False
        while left or not opened:
            async with StoreSqlite(path=path).chachaml_store() as store:
                assert isinstance(store, SqlStore)
                if not opened:
                    await store.start_run(new_run("r"))
                    await store.append_points("r", {"m": curve(0, 1)})
                    opened, length = True, 1
                while left and (operation := left.pop(0))[0] != "reopen":
                    if operation[0] == "seal":
                        await seal(store)
                    else:
                        size = operation[1]
                        await store.append_points("r", {"m": curve(length, length + size)})
                        length += size
                assert exact(await history_of(store, "r", "m")) == exact(curve(0, length))
                for window in (
                    Window("step", first, last),
                    Window("time", 10**12 + first, 10**12 + last),
                    Window("position", first, last),
                ):
                    part = await history_of(store, "r", "m", window)
                    assert exact(part) == exact(curve(first, min(last + 1, length)))
                [metric] = (await store.get_run("r")).metrics
                assert metric.count == length

    asyncio.run(play())


def test_kills_while_sealing_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "chachaml.db"
    acknowledged = 0
    for round_ in range(10):
        process = subprocess.Popen(
            [sys.executable, "-c", LOGGER, path, str(acknowledged)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert process.stdout is not None
        for _ in range(20 + 13 * round_):
            acknowledged = int(process.stdout.readline())
        process.kill()
        rest = process.communicate()[0].split()
        acknowledged = int(rest[-1]) if rest else acknowledged
        length = asyncio.run(check(path, acknowledged))
        acknowledged = length


async def check(path: Path, acknowledged: int) -> int:
    """Check that all points are there, once and in order; return how many there are."""
    async with StoreSqlite(path=path).chachaml_store() as store:
        found = await history_of(store, "r", "m")
        assert len(found) >= acknowledged
        assert list(found.steps or ()) == list(range(len(found)))
        assert list(found.values) == [step / 3 for step in range(len(found))]
        return len(found)
