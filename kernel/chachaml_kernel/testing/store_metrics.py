"""What every store promises about series of points."""
# ruff: noqa: D102  the name of a test is its docstring

import math
import sys
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chachaml_kernel.domain.metrics import MAX_STEP, MAX_TIME, MIN_STEP, Points, Window
from chachaml_kernel.errors import NotFound
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points
from chachaml_kernel.testing.drawn import examples
from chachaml_kernel.testing.reading import bits, columns, history_of, refused

NAN, INF = math.nan, math.inf
EVERY_KIND = [NAN, INF, -INF, 0.0, -0.0, 5e-324, -5e-324, sys.float_info.max, 0.1, 1 / 3]
RUN_IDS = count()

LOGGED = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.lists(
            st.tuples(
                st.floats(),
                st.integers(0, 300) | st.integers(0, MAX_TIME),
                st.none() | st.integers(-100, 300) | st.integers(MIN_STEP, MAX_STEP),
            ),
            min_size=1,
            max_size=70,
        ),
    ),
    max_size=6,
)
WINDOWS = st.builds(
    Window,
    st.sampled_from(["step", "time", "position"]),
    st.none() | st.integers(-50, 200),
    st.none() | st.integers(-50, 200),
)


def lies_in(window: Window, *, step: int | None, time: int, position: int) -> bool:
    """Tell whether a point lies in a window, in the plainest way."""
    if window.first is None and window.last is None:
        return True
    place = {"step": step, "time": time, "position": position}[window.axis]
    first = -math.inf if window.first is None else window.first
    last = math.inf if window.last is None else window.last
    return place is not None and first <= place <= last


@pytest.mark.asyncio
class MetricSuite:
    """What is logged is read back: every point, every bit, in the order of logging."""

    async def test_every_kind_of_double_is_read_as_it_was_logged(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": points(*EVERY_KIND)})
        assert bits((await history_of(store, "r", "m")).values) == bits(EVERY_KIND)

    async def test_steps_are_64_bits_and_need_not_rise(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        steps = [MAX_STEP, MIN_STEP, 0, -1, 2**53 + 1, 7, 7, 7]
        logged = points(*map(float, range(8)), steps=steps, times=[MAX_TIME, 0, 5, 4, 3, 3, 3, 3])
        await store.append_points("r", {"m": logged})
        assert columns(await history_of(store, "r", "m")) == columns(logged)

    async def test_points_without_steps_have_none(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": points(1.0, 2.0)})
        history = await history_of(store, "r", "m")
        assert history.steps is None
        assert list(history.times) == [1_000, 1_001]
        (metric,) = (await store.get_run("r")).metrics
        assert metric.step is None

    async def test_points_with_and_without_steps_mix(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": points(1.0, 2.0)})
        await store.append_points("r", {"m": points(3.0, 4.0, steps=[0, None])})
        await store.append_points("r", {"m": points(5.0, steps=[9])})
        history = await history_of(store, "r", "m")
        assert columns(history)[2] == [None, None, 0, None, 9]
        assert list(history.values) == [1.0, 2.0, 3.0, 4.0, 5.0]

    async def test_equal_points_are_all_kept(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        for _ in range(3):
            await store.append_points("r", {"m": points(1.0, 1.0, steps=[4, 4], times=[5, 5])})
        assert columns(await history_of(store, "r", "m")) == columns(
            Points([1.0] * 6, [5] * 6, [4] * 6)
        )

    async def test_a_metric_tells_how_many_points_it_has_and_their_range(
        self, store: Store
    ) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"z": points(3.0, NAN, steps=[1, 2])})
        later = points(-2.0, 0.5, steps=[3, 4], times=[70, 80])
        await store.append_points("r", {"z": later, "a": points(1.0)})
        first, second = (await store.get_run("r")).metrics
        assert (first.key, first.count, first.min, first.max) == ("a", 1, 1.0, 1.0)
        assert (second.key, second.count, second.min, second.max) == ("z", 4, -2.0, 3.0)
        assert (second.value, second.step, second.timestamp) == (0.5, 4, 80)

    @pytest.mark.parametrize(
        ("values", "low", "high"),
        [
            ([NAN], NAN, NAN),
            ([NAN, 2.0, NAN], 2.0, 2.0),
            ([INF, 1.0], 1.0, INF),
            ([NAN, -INF], -INF, -INF),
            ([-INF, INF], -INF, INF),
            ([5e-324, 1e308], 5e-324, 1e308),
        ],
    )
    @pytest.mark.parametrize("requests", ["one request", "a request a point"])
    async def test_a_range_leaves_nan_out(
        self, store: Store, values: list[float], low: float, high: float, requests: str
    ) -> None:
        await store.start_run(new_run("r"))
        for part in [values] if requests == "one request" else [[value] for value in values]:
            await store.append_points("r", {"m": points(*part)})
        (metric,) = (await store.get_run("r")).metrics
        assert bits([metric.value, metric.min, metric.max]) == bits([values[-1], low, high])
        assert metric.count == len(values)

    async def test_no_points_make_no_metric(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"empty": Points([], []), "full": points(1.0)})
        assert [metric.key for metric in (await store.get_run("r")).metrics] == ["full"]
        await refused(history_of(store, "r", "empty"), NotFound)

    async def test_a_metric_that_a_run_has_not_is_named_as_such(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.start_run(new_run("other"))
        await store.append_points("other", {"m": points(1.0)})
        refusal = await refused(history_of(store, "r", "m"), NotFound)
        assert refusal.error == "no such metric"

    @pytest.mark.parametrize(
        ("window", "expected"),
        [
            (Window(), [0, 1, 2, 3, 4, 5]),
            (Window("time"), [0, 1, 2, 3, 4, 5]),
            (Window("step", 2, 5), [1, 2, 5]),
            (Window("step", 3), [2, 3]),
            (Window("step", None, 2), [0, 1, 5]),
            (Window("step", 6, 8), []),
            (Window("step", MIN_STEP, MAX_STEP), [0, 1, 2, 3, 5]),
            (Window("time", 20, 30), [1, 2, 5]),
            (Window("time", 31), [3, 4]),
            (Window("time", None, 10), [0]),
            (Window("time", 21, 24), []),
            (Window("position", 0, 0), [0]),
            (Window("position", 2, 4), [2, 3, 4]),
            (Window("position", 4), [4, 5]),
            (Window("position", 6), []),
            (Window("position", 4, 2), []),
            (Window("time", 30, 10), []),
        ],
        ids=repr,
    )
    async def test_a_window_keeps_what_lies_in_it(
        self, store: Store, window: Window, expected: list[int]
    ) -> None:
        await store.start_run(new_run("r"))
        steps = [-1, 2, 5, 9, None, 2]
        logged = points(*map(float, range(6)), steps=steps, times=[10, 20, 30, 40, 50, 25])
        await store.append_points("r", {"m": logged.take([0, 1, 2])})
        await store.append_points("r", {"m": logged.take([3, 4, 5])})
        history = await history_of(store, "r", "m", window)
        assert columns(history) == columns(logged.take(expected))

    async def test_a_long_series_reads_back_whole_and_by_window(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        sizes = [1, 63, 64, 65, 4_095, 1, 1, 4_097, 10_000, *[1] * 70, 7]
        total = sum(sizes)
        whole = points(
            *(math.sin(i) for i in range(total)),
            steps=[i if i % 5 else None for i in range(total)],
            times=[1_000_000 - i for i in range(total)],
        )
        position = 0
        for size in sizes:
            part = whole.take(range(position, position + size))
            await store.append_points("r", {"m": part})
            position += size
        assert columns(await history_of(store, "r", "m")) == columns(whole)
        by_step = await history_of(store, "r", "m", Window("step", 4_000, 9_001))
        assert columns(by_step) == columns(whole.take([i for i in range(4_000, 9_002) if i % 5]))
        by_position = await history_of(store, "r", "m", Window("position", 4_000, 14_100))
        assert columns(by_position) == columns(whole.take(range(4_000, 14_101)))
        by_time = await history_of(store, "r", "m", Window("time", 999_990, 999_997))
        assert columns(by_time) == columns(whole.take(range(3, 11)))
        (metric,) = (await store.get_run("r")).metrics
        assert metric.count == total
        assert bits([metric.min, metric.max]) == bits([min(whole.values), max(whole.values)])

    @pytest.mark.parametrize("window", [Window(), Window("step", 100, 4_900)], ids=repr)
    async def test_an_outline_keeps_the_ends_and_the_extremes(
        self, store: Store, window: Window
    ) -> None:
        await store.start_run(new_run("r"))
        values = [math.sin(i / 100) for i in range(5_000)]
        values[1_234], values[4_321], values[2_000] = 7.0, -7.0, math.nan
        logged = points(*values, steps=list(range(5_000)))
        await store.append_points("r", {"m": logged})
        whole = await history_of(store, "r", "m", window)
        first = window.first or 0
        for max_points in (2, 3, 4, 5, 100, 4_999, 10_000):
            outline = await store.outline("r", "m", window, max_points=max_points)
            places = [step - first for step in outline.points.steps or () if step is not None]
            assert outline.count == len(whole)
            assert columns(outline.points) == columns(whole.take(places))
            assert len(places) <= max_points
            assert sorted({*places, 0, len(whole) - 1}) == places
            if max_points >= 5:
                numbers = [value for value in outline.points.values if value == value]
                assert (min(numbers), max(numbers)) == (-7.0, 7.0)

    async def test_a_short_series_is_its_own_outline(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.append_points("r", {"m": points(1.0, math.nan, -0.0)})
        outline = await store.outline("r", "m", Window(), max_points=3)
        assert columns(outline.points) == columns(await history_of(store, "r", "m"))
        await refused(store.outline("r", "missing", Window(), max_points=3), NotFound)

    @given(logged=LOGGED, window=WINDOWS)
    @examples(40)
    async def test_whatever_is_logged_is_read_back(
        self,
        store: Store,
        logged: list[tuple[str, list[tuple[float, int, int | None]]]],
        window: Window,
    ) -> None:
        run_id = f"r{next(RUN_IDS)}"
        await store.start_run(new_run(run_id))
        expected: dict[str, list[tuple[float, int, int | None]]] = {}
        for key, rows in logged:
            values, times, steps = zip(*rows, strict=True)
            await store.append_points(run_id, {key: Points(values, times, steps)})
            expected.setdefault(key, []).extend(rows)
        for key, rows in expected.items():
            whole = Points(*(list(column) for column in zip(*rows, strict=True)))
            assert columns(await history_of(store, run_id, key)) == columns(whole)
            inside = [
                place
                for place, (_, time, step) in enumerate(rows)
                if lies_in(window, step=step, time=time, position=place)
            ]
            part = await history_of(store, run_id, key, window)
            assert columns(part) == columns(whole.take(inside))
            outline = await store.outline(run_id, key, window, max_points=len(rows))
            assert columns(outline.points) == columns(part)
