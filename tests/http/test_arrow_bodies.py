"""Metrics bodies as Arrow streams, read without a server."""

import math
import struct
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest
from chachaml_kernel.domain.metrics import Points
from chachaml_kernel.errors import Invalid
from chachaml_ui.arrow.bodies import read_points
from chachaml_ui.arrow.messages import unpacked_size

from tests.http.arrow import encoded, stream

NOW = 1_760_000_000_000
KEYS = ["loss", "loss", "accuracy", "loss"]
FOUR = [0.9, 0.5, 0.25, -0.0]


def read(body: bytes) -> Mapping[str, tuple[list[float], list[int], Any]]:
    """Return a body's points as lists, which are equal if their numbers are."""
    unpacked_size(body)
    return {key: listed(points) for key, points in read_points(body, NOW).items()}


def listed(points: Points) -> tuple[list[float], list[int], Any]:
    steps = points.steps
    return list(points.values), list(points.times), steps if steps is None else list(steps)


def refused(body: bytes) -> str:
    with pytest.raises(Invalid) as error:
        read(body)
    return error.value.detail


def column(name: str, value: Any) -> bytes:
    """Return the stream of one point, or of some, with one of its columns replaced."""
    count = len(value)
    columns = {"key": ["a"] * count, "value": [1.0] * count}
    return stream({**columns, name: value})


def test_points_are_read_by_key_in_the_order_of_their_rows() -> None:
    body = stream({"key": KEYS, "value": FOUR, "step": [0, 1, 1, 2], "timestamp": [5, 6, 7, 8]})
    assert read(body) == {
        "loss": ([0.9, 0.5, -0.0], [5, 6, 8], [0, 1, 2]),
        "accuracy": ([0.25], [7], [1]),
    }


def test_the_key_that_was_logged_last_comes_last() -> None:
    assert list(read(stream({"key": KEYS, "value": FOUR}))) == ["accuracy", "loss"]
    assert list(read(stream({"key": ["z", "m", "z", "a"], "value": FOUR}))) == ["m", "z", "a"]


def test_points_without_step_and_time_have_none_and_the_time_of_arrival() -> None:
    body = stream({"key": ["a", "a"], "value": [1.0, 2.0]})
    assert read(body) == {"a": ([1.0, 2.0], [NOW, NOW], None)}


def test_step_and_time_may_be_null_here_and_there() -> None:
    body = stream(
        {
            "key": ["a", "b", "a", "b"],
            "value": FOUR,
            "step": pa.array([0, None, None, None], pa.int32()),
            "timestamp": pa.array([None, 3, 4, None], pa.int64()),
        }
    )
    assert read(body) == {
        "a": ([0.9, 0.25], [NOW, 4], [0, None]),
        "b": ([0.5, -0.0], [3, NOW], None),
    }


@pytest.mark.parametrize("name", ["step", "timestamp"])
@pytest.mark.parametrize("kind", [pa.null(), pa.int64()])
def test_a_column_of_nulls_is_as_good_as_none(name: str, kind: Any) -> None:
    assert read(column(name, pa.nulls(2, kind))) == {"a": ([1.0, 1.0], [NOW, NOW], None)}


TEXTS = [pa.string(), pa.large_string(), pa.string_view()]


@pytest.mark.parametrize("kind", TEXTS)
def test_keys_are_texts_of_any_kind(kind: Any) -> None:
    keys = ["a key longer than a view holds itself", "é", "é", "z"]
    got = read(stream({"key": pa.array(keys, kind), "value": FOUR}))
    assert list(got) == [keys[0], "é", "z"]
    assert got["é"][0] == [0.5, 0.25]


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("index", [pa.int8(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64()])
@pytest.mark.parametrize("batch", [None, 2, 3])
def test_keys_are_dictionaries_of_any_kind(kind: Any, index: Any, batch: int | None) -> None:
    dictionary = pa.array(["unused", "loss", "accuracy"], kind)
    keys = pa.DictionaryArray.from_arrays(pa.array([1, 1, 2, 1], index), dictionary)
    got = read(stream({"key": keys, "value": FOUR}, batch=batch))
    assert {key: values for key, (values, _, _) in got.items()} == {
        "accuracy": [0.25],
        "loss": [0.9, 0.5, -0.0],
    }
    assert list(got) == ["accuracy", "loss"]


def test_a_dictionary_may_have_a_key_twice_and_null_unused() -> None:
    dictionary = pa.array(["a", "b", None, "a"])
    keys = pa.DictionaryArray.from_arrays(pa.array([0, 1, 3, 0]), dictionary)
    body = stream({"key": keys, "value": FOUR, "step": [0, 1, 2, 3]})
    assert read(body)["a"] == ([0.9, 0.25, -0.0], [NOW] * 3, [0, 2, 3])


@pytest.mark.parametrize("deltas", [True, False])
def test_dictionaries_may_change_from_batch_to_batch(deltas: bool) -> None:
    dictionaries = [["a"], ["a", "b"], ["a", "b", "c"]]
    if not deltas:
        dictionaries.reverse()
    batches = [
        pa.record_batch(
            {
                "key": pa.DictionaryArray.from_arrays(pa.array(range(len(keys))), pa.array(keys)),
                "value": [float(number)] * len(keys),
            }
        )
        for number, keys in enumerate(dictionaries)
    ]
    options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=deltas)
    got = read(encoded(batches[0].schema, batches, options))
    assert got["a"][0] == [0.0, 1.0, 2.0]
    assert sum(len(values) for values, _, _ in got.values()) == 6


@pytest.mark.parametrize(
    "kind", [pa.float64(), pa.float32(), pa.float16(), pa.int8(), pa.int64(), pa.uint16()]
)
def test_values_are_numbers_of_any_kind(kind: Any) -> None:
    values = pa.array([0, 1, 5, 100], pa.int64()).cast(kind)
    got = read(column("value", values))["a"][0]
    assert got == [0.0, 1.0, 5.0, 100.0]
    assert all(type(value) is float for value in got)


def test_an_integer_that_no_double_holds_becomes_the_next_one_as_in_json() -> None:
    whole = [2**53 + 1, 2**63 - 1, -(2**63)]
    assert read(column("value", pa.array(whole)))["a"][0] == list(map(float, whole))
    (value,) = read(column("value", pa.array([2**64 - 1], pa.uint64())))["a"][0]
    assert value == 2.0**64


def test_all_bits_of_a_value_are_kept() -> None:
    bits = [0x7FF8_0000_0000_0123, 0xFFF0_0000_0000_0001, 0x8000_0000_0000_0000, 1]
    data = struct.pack("<4Q", *bits)
    values = pa.Array.from_buffers(pa.float64(), 4, [None, pa.py_buffer(data)])
    points = read_points(stream({"key": KEYS, "value": values}), NOW)
    assert struct.pack("<3d", *points["loss"].values) == struct.pack("<3Q", bits[0], bits[1], 1)
    assert struct.pack("<d", *points["accuracy"].values) == struct.pack("<Q", bits[2])


def test_nan_and_the_infinities_are_values() -> None:
    values, _, _ = read(column("value", [math.nan, math.inf, -math.inf]))["a"]
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf]


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint8(), pa.int32(), pa.uint64()])
def test_steps_are_integers_of_any_kind(kind: Any) -> None:
    assert read(column("step", pa.array([3, 1, 1, 7], kind)))["a"][2] == [3, 1, 1, 7]


def test_steps_keep_all_their_64_bits() -> None:
    steps = [2**63 - 1, -(2**63), 2**53 + 1]
    assert read(column("step", pa.array(steps)))["a"][2] == steps


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Madrid"])
@pytest.mark.parametrize(("unit", "one"), [("s", 1), ("ms", 1), ("us", 1_999), ("ns", 1_999_999)])
def test_timestamps_of_any_unit_become_milliseconds_rounded_down(
    zone: str | None, unit: str, one: int
) -> None:
    times = pa.array([0, None, one]).cast(pa.timestamp(unit, zone))
    assert read(column("timestamp", times))["a"][1] == [0, NOW, 1_000 if unit == "s" else 1]


def test_several_batches_are_one_body() -> None:
    columns = {"key": KEYS * 50, "value": FOUR * 50, "step": range(200)}
    assert read(stream(columns, batch=7)) == read(stream(columns))


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_a_compressed_body_is_read(compression: str, kind: Any) -> None:
    columns = {"key": pa.array(KEYS * 50).cast(kind), "value": FOUR * 50}
    assert read(stream(columns, compression=compression, batch=60)) == read(stream(columns))


@pytest.mark.parametrize("batches", [0, 1])
def test_a_stream_without_a_row_logs_nothing(batches: int) -> None:
    table = pa.table({"key": pa.array([], pa.string()), "value": pa.array([], pa.float64())})
    assert read(encoded(table.schema, table.to_batches()[:batches])) == {}


@pytest.mark.parametrize("values", [FOUR[:2], pa.chunked_array([[0.9], [], [0.5]])])
def test_slices_and_empty_batches_are_read(values: Any) -> None:
    table = pa.table({"key": KEYS[:2], "value": values})
    empty = table.slice(0, 0).combine_chunks().to_batches()
    batches = [*table.slice(1, 1).to_batches(), *empty, *table.slice(0, 1).to_batches()]
    assert read(encoded(table.schema, batches))["loss"][0] == [0.5, 0.9]


STEPS = pa.array([2**64 - 1], pa.uint64())
TIMES = pa.array([2**63 - 1]).cast(pa.timestamp("s"))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"value": [1.0]}, "'key' is missing"),
        ({"key": ["a"]}, "'value' is missing"),
        ({"key": ["a"], "value": [1.0], "epoch": [1]}, "unknown column 'epoch'"),
        ({"key": [1], "value": [1.0]}, "'key' is of type int64"),
        ({"key": [b"a"], "value": [1.0]}, "'key' is of type binary"),
        ({"key": pa.array([7]).dictionary_encode(), "value": [1.0]}, "'key' is of type dict"),
        ({"key": ["a"], "value": ["1"]}, "'value' is of type string"),
        ({"key": ["a"], "value": [True]}, "'value' is of type bool"),
        ({"key": ["a"], "value": [None]}, "'value' is of type null"),
        ({"key": ["a"], "value": [[1.0]]}, "'value' is of type list"),
        ({"key": ["a"], "value": [1.0], "step": [1.0]}, "'step' is of type double"),
        ({"key": ["a"], "value": [1.0], "timestamp": ["now"]}, "'timestamp' is of type string"),
        ({"key": ["a", "a", None], "value": [1.0, 2.0, 3.0]}, "key in row 2 is null"),
        ({"key": ["a", "b", "a"], "value": [1.0, None, 3.0]}, "value in row 1 is null"),
        (
            {"key": ["a"], "value": [1.0], "step": pa.array([2**64 - 1], pa.uint64())},
            "'step' does not fit",
        ),
        ({"key": ["a"], "value": [1.0], "timestamp": TIMES}, "'timestamp' does not fit"),
    ],
)
def test_what_is_no_point_is_refused_with_its_column_or_row(columns: Any, said: str) -> None:
    assert said in refused(stream(columns))
    assert said in refused(stream(columns, batch=1))


@pytest.mark.parametrize("unit", ["us", "ns"])
def test_a_time_before_1970_is_not_rounded_into_it(unit: str) -> None:
    times = pa.array([5, -1]).cast(pa.timestamp(unit))
    assert "before 1970" in refused(column("timestamp", times))


def test_a_null_in_a_dictionary_is_no_key() -> None:
    keys = pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["a", None]))
    assert "key in row 1 is null" in refused(stream({"key": keys, "value": [1.0, 2.0]}))


def test_a_column_that_is_there_twice_is_refused() -> None:
    names = ["key", "value", "value"]
    batch = pa.record_batch([pa.array(["a"]), pa.array([1.0]), pa.array([2.0])], names=names)
    assert "'value' is there twice" in refused(encoded(batch.schema, [batch]))
