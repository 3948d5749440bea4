"""Live updates: what a client that watches is told."""

from collections.abc import AsyncIterator

import httpx
import pytest
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.kernel import Kernel

from tests.http.client import detail
from tests.http.events import Events, listening
from tests.http.serving import kernel, serving


@pytest.fixture
def served() -> Kernel:
    return kernel()


@pytest.fixture
async def http(served: Kernel) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(served) as (url, _), httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


async def start(served: Kernel, **given: str) -> str:
    return (await served.runs.start(**given)).id  # type: ignore[arg-type]  # only texts


async def log(served: Kernel, run: str, key: str, *values: float) -> None:
    await served.metrics.append(run, {key: Points(list(values), [7] * len(values))})


async def values_until(events: Events, last: float) -> list[float]:
    """Return the values of all points that are told until one is `last`."""
    values: list[float] = []
    while not values or values[-1] != last:
        told = await events.told("points")
        assert len(told["points"]["value"]) == told["count"]
        values += told["points"]["value"]
    return values


async def test_the_first_event_says_how_all_that_is_watched_is(
    http: httpx.AsyncClient, served: Kernel
) -> None:
    run = await start(served, name="first")
    await served.runs.tag(run, "team", "vision")
    await log(served, run, "loss", 0.5, 0.25)
    async with listening(http, [run, "nobody"]) as events:
        name, hello = await events.next()
    assert name == "hello"
    assert hello["missing"] == ["nobody"]
    assert hello["now"] > 0
    (first,) = hello["runs"]
    assert (first["id"], first["name"], first["status"]) == (run, "first", "running")
    assert first["tags"] == {"team": "vision"}
    assert first["headline"] == {"key": "loss", "value": 0.25, "step": None}
    (metric,) = first["metrics"]
    assert (metric["key"], metric["count"], metric["value"]) == ("loss", 2, 0.25)
    assert not first["more"]


async def test_points_are_told_as_they_come_of_the_metrics_that_are_asked_for(
    http: httpx.AsyncClient, served: Kernel
) -> None:
    run = await start(served)
    await log(served, run, "loss", 0.5)
    async with listening(http, [run], loss="") as events:
        await events.told("hello")
        await served.metrics.append(
            run, {"acc": Points([0.9], [7]), "loss": Points([float("nan")], [8], [3])}
        )
        news = await events.told("run")
        told = await events.told("points")
    assert {metric["key"] for metric in news["metrics"]} == {"acc", "loss"}
    assert news["changed"] == ["points"]
    assert "tags" not in news
    points = {"step": [3], "timestamp": [8], "value": ["NaN"]}
    assert told == {
        "run": run,
        "key": "loss",
        "from": 1,
        "count": 1,
        "thinned": False,
        "points": points,
    }


async def test_a_client_that_comes_again_gets_each_point_exactly_once(
    http: httpx.AsyncClient, served: Kernel
) -> None:
    run = await start(served)
    values: list[float] = []
    for connection in range(3):
        await log(served, run, "loss", *(connection + i / 100 for i in range(50)))
        async with listening(http, [run], loss=str(len(values))) as events:
            await events.told("hello")
            values += await values_until(events, connection + 0.49)
            await log(served, run, "loss", connection + 0.5, connection + 0.6)
            values += await values_until(events, connection + 0.6)
            await log(served, run, "loss", connection + 0.7)
    expected = [
        connection + i
        for connection in range(3)
        for i in (*(i / 100 for i in range(50)), 0.5, 0.6, 0.7)
    ]
    assert values == expected[:-1]


async def test_each_run_has_its_own_counts_and_may_be_left_out(
    http: httpx.AsyncClient, served: Kernel
) -> None:
    runs = [await start(served) for _ in range(4)]
    for run in runs:
        await log(served, run, "loss", 1.0, 2.0, 3.0)
    async with listening(http, runs, loss="1,-,3,9") as events:
        await events.told("hello")
        for run in runs:
            await log(served, run, "loss", 4.0)
        found: dict[str, list[float]] = {}
        while len(found) < 3:
            told = await events.told("points")
            found.setdefault(told["run"], []).extend(told["points"]["value"])
            if told["run"] == runs[0] and told["points"]["value"][-1] != 4.0:
                del found[runs[0]]
    assert found == {runs[0]: [4.0], runs[2]: [4.0], runs[3]: [4.0]}


async def test_many_points_at_once_are_thinned_and_say_so(
    http: httpx.AsyncClient, served: Kernel
) -> None:
    run = await start(served)
    values = [float(i % 97) for i in range(5_000)]
    values[2_345] = 1_000.0
    await log(served, run, "loss", *values)
    async with listening(http, [run], loss="0") as events:
        told = await events.told("points")
    assert (told["from"], told["count"], told["thinned"]) == (0, 5_000, True)
    assert len(told["points"]["value"]) <= 1_000
    assert 1_000.0 in told["points"]["value"]


async def test_what_a_run_goes_through_is_told(http: httpx.AsyncClient, served: Kernel) -> None:
    run = await start(served)
    async with listening(http, [run]) as events:
        await events.told("hello")
        await served.runs.tag(run, "keep", "yes")
        news = await events.told("run")
        assert (news["changed"], news["tags"]) == (["tags"], {"keep": "yes"})
        await served.runs.note(run, "good")
        assert (await events.told("run"))["changed"] == ["note"]
        await served.runs.end(run, status="failed", error="no memory")
        news = await events.told("run")
        assert (news["status"], news["error"]) == ("failed", "no memory")
        assert news["duration"] >= 0
        await served.runs.archive(run)
        assert (await events.told("run"))["archived"]
        await served.runs.delete(run)
        assert await events.told("gone") == {"run": run}


async def test_without_runs_only_the_news_of_lists_is_told(
    http: httpx.AsyncClient, served: Kernel
) -> None:
    async with listening(http) as events:
        assert (await events.told("hello"))["runs"] == []
        run = await start(served)
        name, listed = await events.next()
        assert name == "runs"
        assert listed == {
            **{"started": 1, "ended": 0, "moved": 0, "changed": 0},
            **{"ids": [run], "more": False},
        }
        assert await events.next() == ("experiments", {"names": ["default"], "more": False})
        await served.experiments.save("iris", description="flowers")
        assert await events.next() == ("experiments", {"names": ["iris"], "more": False})


async def test_a_run_with_very_many_metrics_tells_of_those_that_are_followed(
    http: httpx.AsyncClient, served: Kernel
) -> None:
    run = await start(served)
    for hundreds in range(60):
        keys = [f"m{hundreds * 100 + i:04}" for i in range(100)]
        await served.metrics.append(run, {key: Points([1.0], [7]) for key in keys})
    async with listening(http, [run], m5999="0") as events:
        (first,) = (await events.told("hello"))["runs"]
        assert (first["more"], [metric["key"] for metric in first["metrics"]]) == (True, ["m5999"])
        assert (await events.told("points"))["points"]["value"] == [1.0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"runs": ",".join(map(str, range(201)))}, "201 runs are too many"),
        ({"runs": "a,a"}, "a run is there twice"),
        ({"runs": "a", "key.loss": "1,2"}, "2 counts, but there are 1 runs"),
        ({"runs": "a", "key.loss": "-1"}, "has the count '-1'"),
        ({"runs": "a", "key.loss": "9" * 30}, "has the count '9"),
        ({"runs": "a", "key.": ""}, "metric key must not be empty"),
        ({"run": "a"}, "no query parameter is named 'run'"),
    ],
)
async def test_what_cannot_be_watched_is_refused(
    http: httpx.AsyncClient, query: dict[str, str], said: str
) -> None:
    assert said in detail(await http.get("/api/live", params=query), 400)


async def test_a_history_is_read_from_behind_its_first_points_on(
    http: httpx.AsyncClient, served: Kernel
) -> None:
    run = await start(served)
    await log(served, run, "loss", 1.0, 2.0, 3.0)
    address = f"/api/runs/{run}/metrics"
    for after, left in ((0, [1.0, 2.0, 3.0]), (2, [3.0]), (3, []), (99, [])):
        for more in ({}, {"max_points": "5"}):
            query = {"key": "loss", "after": str(after), **more}
            history = (await http.get(address, params=query)).json()
            assert (history["count"], history["points"]["value"]) == (len(left), left)
    both = await http.get(address, params={"key": "loss", "after": 1, "from": 1})
    assert "use one or the other" in detail(both, 400)
    below = await http.get(address, params={"key": "loss", "after": -1})
    assert "query parameter 'after'" in detail(below, 400)
