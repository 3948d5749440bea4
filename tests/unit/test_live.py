"""Changes and those who listen: what is told, when, and how little is remembered."""

import asyncio

import pytest
from chachaml_kernel.domain.live import Update, Watch, What
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.services.changes import Changes
from chachaml_kernel.services.news import MAX_KEYS, MAX_NAMES

from tests.http.serving import kernel

PATIENCE = 60.0


@pytest.fixture
def served() -> Kernel:
    return kernel()


async def log(served: Kernel, run: str, *values: float) -> None:
    await served.metrics.append(run, {"loss": Points(list(values), [7] * len(values))})


async def test_what_changes_until_somebody_asks_is_told_in_one_update(served: Kernel) -> None:
    run = (await served.runs.start()).id
    updates = served.live.watch(Watch([run], {(run, "loss"): None}), patience=PATIENCE)
    await anext(updates)
    for i in range(100):
        await log(served, run, float(i))
        await asyncio.sleep(0)  # so that those who listen are told
    await served.runs.tag(run, "keep", "yes")
    update = await anext(updates)
    (news,) = update.points
    assert news.outline.points.values == [float(i) for i in range(100)]
    assert {*update.runs[0].changed} <= {What.POINTS, What.TAGS}
    await updates.aclose()


async def test_who_watches_a_run_hears_what_its_children_do(served: Kernel) -> None:
    parent = (await served.runs.start()).id
    updates = served.live.watch(Watch([parent]), patience=PATIENCE)
    await anext(updates)

    async def told() -> list[set[What]]:
        return [{*news.changed} for news in (await anext(updates)).runs]

    child = (await served.runs.start(parent_run_id=parent)).id
    assert await told() == [{What.CHILDREN}]
    await served.runs.end(child)
    assert await told() == [{What.CHILDREN}]
    await served.runs.resume(child)
    assert await told() == [{What.CHILDREN}]
    await updates.aclose()


async def test_no_point_is_told_twice_or_left_out_while_many_write(served: Kernel) -> None:
    run = (await served.runs.start()).id
    await log(served, run, -1.0)

    async def write(begin: int) -> None:
        for i in range(begin, begin + 50):
            await log(served, run, float(i))
            await asyncio.sleep(0)

    updates = served.live.watch(Watch([run], {(run, "loss"): 0}), patience=PATIENCE)
    told: list[float] = []
    async with asyncio.TaskGroup() as group:
        for begin in range(0, 500, 50):
            group.create_task(write(begin))
        while len(told) < 501:
            for news in (await anext(updates)).points:
                assert news.place.position == len(told)
                told += news.outline.points.values
    await updates.aclose()
    assert sorted(told) == [-1.0, *map(float, range(500))]


async def test_where_it_is_quiet_an_empty_update_comes_when_patience_ends(served: Kernel) -> None:
    updates = served.live.watch(Watch(), patience=0.001)
    assert await anext(updates) == Update(runs=[], gone=[], points=[])
    assert await anext(updates) == Update(runs=[], gone=[], points=[])
    await updates.aclose()


async def test_a_listener_remembers_little_however_much_changes() -> None:
    changes = Changes(interval=0)
    with changes.listen(["r"]) as listener:
        for turn in range(20):
            for i in range(1_000):
                changes.run(f"other {turn} {i}", What.STARTED)
                changes.run("r", What.POINTS, {f"key {turn} {i}"})
                changes.model(f"model {turn} {i}")
                changes.experiment(f"experiment {turn} {i}")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        news = await listener.hear(PATIENCE)
    assert [*news.runs] == ["r"]
    assert news.runs["r"].keys.more
    assert not news.runs["r"].keys.names
    assert len(news.models.names) <= MAX_NAMES
    assert len(news.listed.run_ids.names) <= MAX_NAMES
    assert news.models.more
    assert news.experiments.more
    assert news.listed.started == 20_000
    assert news.listed.run_ids.more


async def test_few_metrics_are_remembered_by_key() -> None:
    changes = Changes(interval=0)
    keys = {str(i) for i in range(MAX_KEYS)}
    with changes.listen(["r"]) as listener:
        changes.run("r", What.POINTS, keys)
        changes.run("r", What.POINTS, {"0", "1"})
        news = await listener.hear(PATIENCE)
    assert news.runs["r"].keys.names == keys
    assert not news.runs["r"].keys.more


async def test_what_changed_before_somebody_listens_is_no_news() -> None:
    changes = Changes(interval=0)
    changes.run("r", What.STARTED)
    with changes.listen(["r"]) as listener:
        changes.run("r", What.NOTE)
        news = await listener.hear(PATIENCE)
    assert news.runs["r"].what == {What.NOTE}
    changes.run("r", What.ENDED)
    assert (await listener.hear(0.001)).runs == {}


async def test_a_run_that_starts_and_ends_at_once_counts_as_both(served: Kernel) -> None:
    changes = served.live.changes
    with changes.listen([]) as listener:
        changes.run("a", What.STARTED)
        changes.run("a", What.POINTS)
        changes.run("a", What.ENDED)
        changes.run("b", What.DELETED)
        changes.run("c", What.TAGS)
        listed = (await listener.hear(PATIENCE)).listed
    assert (listed.started, listed.ended, listed.moved, listed.changed) == (1, 1, 1, 1)
    assert listed.run_ids.names == {"a", "b", "c"}


async def test_every_write_is_told(served: Kernel) -> None:
    parent = (await served.runs.start()).id
    heard: dict[What, int] = dict.fromkeys(What, 0)
    with served.live.changes.listen([parent]) as listener:
        runs = served.runs
        for write in (
            lambda: runs.start(parent_run_id=parent),
            lambda: log(served, parent, 1.0),
            lambda: runs.log_params(parent, {"lr": 0.1}),
            lambda: runs.tag(parent, "a", "b"),
            lambda: runs.note(parent, "n"),
            lambda: runs.end(parent),
            lambda: runs.resume(parent),
            lambda: runs.archive(parent),
            lambda: runs.restore(parent),
            lambda: served.bulk.tag([parent], "a", "c"),
            lambda: served.bulk.archive([parent]),
            lambda: served.bulk.restore([parent]),
            lambda: runs.archive(parent),
            lambda: runs.delete(parent),
        ):
            await write()
            for what in (await listener.hear(PATIENCE)).runs[parent].what:
                heard[what] += 1
    unheard = {what for what in What if not heard[what]}
    assert unheard == {What.STARTED, What.ARTIFACTS, What.DATASETS}
