"""Chunks: what goes in comes out to the last bit, and another program could read it."""

import math
import struct
import sys
import zlib
from array import array
from concurrent.futures import ThreadPoolExecutor

import pytest
from chachaml_kernel.domain.metrics import Points
from chachaml_store_sql.series.codec import chunk, columns
from chachaml_store_sql.series.codec.arithmetic import PLAIN
from chachaml_store_sql.series.codec.columns import Damaged, Encoding
from chachaml_store_sql.series.codec.fast import Fast
from chachaml_store_sql.series.lazy import joined
from chachaml_store_sql.series.segments import LENGTH, cut, make, outline_of
from hypothesis import example, given
from hypothesis import strategies as st

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

INTEGERS = st.integers(-(2**63), 2**63 - 1)
POINTS = st.lists(
    st.tuples(st.floats(), INTEGERS, st.none() | INTEGERS), min_size=1, max_size=200
).map(lambda rows: Points(*(list(column) for column in zip(*rows, strict=True))))


LONG = Points(
    [round(math.sin(i), 3) for i in range(LENGTH)],
    [10**12 + 50 * i + i * i % 41 for i in range(LENGTH)],
    list(range(LENGTH)),
)


def bits(values: list[float]) -> list[bytes]:
    return [struct.pack("<d", value) for value in values]


def steps_of(points: Points) -> list[int | None]:
    return list(points.steps or [None] * len(points))


def encodings(points: Points, *, thorough: bool = False) -> dict[int, int]:
    columns = chunk.open_chunk(chunk.encode(points, thorough=thorough)).columns
    return {what: column.encoding for what, column in columns.items()}


@given(points=POINTS, thorough=st.booleans())
@example(points=LONG, thorough=True)
@example(points=LONG, thorough=False)
@example(points=Points([-0.0, 0.0], [0, 0], None), thorough=True)
@example(points=Points([0.5, -0.0], [0, 0], None), thorough=True)
@example(points=Points([1.0, 2.0], [-(2**63), 2**63 - 1], [2**63 - 1, -(2**63)]), thorough=False)
def test_a_chunk_gives_back_every_bit(points: Points, thorough: bool) -> None:
    blob = chunk.encode(points, thorough=thorough)
    for arithmetic in (PLAIN, Fast()):
        opened = chunk.open_chunk(blob, arithmetic)
        for found in (opened.points(), opened.view()):
            assert bits(list(found.values)) == bits(list(points.values))
            assert list(found.times) == list(points.times)
            assert steps_of(found) == steps_of(points)


def test_who_looks_at_one_column_decodes_that_alone() -> None:
    blob = bytearray(chunk.encode(LONG))
    blob[-1] ^= 1
    seen = chunk.open_chunk(bytes(blob)).view()
    assert (len(seen), len(seen.values)) == (LENGTH, LENGTH)
    assert list(seen.times[:]) == LONG.times
    assert seen.steps is not None
    assert seen.steps[:] == range(LENGTH)
    with pytest.raises(Damaged, match="VALUE"):
        seen.values[0]


@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    stored=st.integers(0, 3),
    steps=st.booleans(),
    even=st.booleans(),
)
def test_parts_are_joined_as_they_are(
    sizes: list[int], stored: int, steps: bool, even: bool
) -> None:
    rows = [(i / 3, i * i, i if even else -i * i) for i in range(sum(sizes))]
    parts, begin = [], 0
    for place, size in enumerate(sizes):
        values, times, given_steps = zip(*rows[begin : begin + size], strict=True)
        with_steps = steps or place % 2 == 0
        part = Points(values, times, given_steps if with_steps else None)
        parts.append(chunk.open_chunk(chunk.encode(part)).view() if place % 3 < stored else part)
        begin += size
    whole = joined(parts)
    assert list(whole.values[:]) == [value for part in parts for value in part.values]
    assert list(whole.times[:]) == [time for part in parts for time in part.times]
    assert steps_of(whole) == [step for part in parts for step in steps_of(part)]


def test_columns_take_the_form_that_suits_them() -> None:
    count = 500
    noise = [math.sin(i * i) for i in range(count)]
    even = Points(noise, list(range(0, 50 * count, 50)), [7] * count)
    assert encodings(even) == {1: Encoding.CONSTANT, 2: Encoding.LINEAR, 3: Encoding.PLANES}
    uneven = Points([0.5] * count, [i * 50 + i % 3 for i in range(count)], None)
    assert encodings(uneven) == {1: Encoding.ABSENT, 2: Encoding.DELTA, 3: Encoding.CONSTANT}
    wide = Points(noise, [(-1) ** i * 2**62 for i in range(count)], [None, *range(1, count)])
    assert encodings(wide)[2] == Encoding.PLANES
    assert encodings(wide)[5] == Encoding.BITS
    decimal = Points([round(value, 3) for value in noise], [0] * count, None)
    assert encodings(decimal, thorough=True)[3] == Encoding.DECIMAL


def test_many_points_take_few_bytes() -> None:
    values = [math.exp(-i / 1_000) + math.sin(i * i) / 100 for i in range(LENGTH)]
    times = [1_760_000_000_000 + 50 * i + i * i % 41 for i in range(LENGTH)]
    noisy = Points(values, times, list(range(LENGTH)))
    assert len(make(noisy, outline_of(noisy), thorough=True).points) < 9 * LENGTH
    short = Points([round(value, 4) for value in values], times, list(range(LENGTH)))
    assert len(make(short, outline_of(short), thorough=True).points) < 4 * LENGTH


@given(place=st.integers(0, 500), flip=st.integers(1, 255))
def test_a_changed_byte_is_noticed_or_changes_nothing(place: int, flip: int) -> None:
    points = Points([0.1, 0.25, 0.7], [1, 2, 4], [None, 5, 6])
    blob = bytearray(chunk.encode(points))
    blob[place % len(blob)] ^= flip
    try:
        found = chunk.open_chunk(bytes(blob)).points()
    except Damaged:
        return
    assert found == points


@pytest.mark.parametrize("length", [0, 3, 11, 30, -1])
def test_a_chunk_that_was_cut_off_is_damaged(length: int) -> None:
    blob = chunk.encode(Points([0.1, 0.25], [1, 2], [3, 5]))
    with pytest.raises(Damaged):
        chunk.open_chunk(blob[:length]).points()


def test_a_newer_version_is_refused() -> None:
    blob = bytearray(chunk.encode(Points([0.5], [1], None)))
    blob[4] = 2
    with pytest.raises(Damaged, match="install a newer version"):
        chunk.open_chunk(bytes(blob))


def test_the_format_is_what_the_documentation_says() -> None:
    """Read a chunk with nothing but the page: head, entries, and planes in a zstd frame."""
    blob = chunk.encode(Points([0.1, 0.7], [10, 15], [3, 3]))
    assert struct.unpack_from("<4sBBHI", blob) == (b"CHM1", 1, 0, 3, 2)
    entries = [struct.unpack_from("<BBBxII", blob, 12 + 12 * place) for place in range(3)]
    assert [entry[:3] for entry in entries] == [(1, 1, 0), (2, 2, 0), (3, 4, 0)]
    assert struct.unpack_from("<I", blob, 48) == (zlib.crc32(blob[:48]),)
    begin = 52
    assert struct.unpack_from("<q", blob, begin) == (3,)
    assert struct.unpack_from("<qq", blob, begin + 8) == (10, 5)
    planes = zstd.decompress(blob[begin + 24 :])
    assert bytes(planes[0::2]) + bytes(planes[1::2]) == array("d", [0.1, 0.7]).tobytes()


def test_an_outline_has_the_ends_and_the_extremes_of_each_block() -> None:
    values = [float(i % 50) for i in range(200)]
    values[70], values[71], values[100] = math.nan, math.nan, 99.0
    kept = outline_of(Points(values, list(range(200)), None))
    assert kept.times == [0, 49, 70, 100, 101, 149, 150, 192, 199]


def test_an_outline_of_both_infinities_has_them() -> None:
    values = [math.inf, 1.0, 2.0, -math.inf, 3.0]
    assert outline_of(Points(values, list(range(5)), None)).times == [0, 3, 4]


def test_frames_are_what_zstd_makes_of_planes_on_any_thread() -> None:
    """A thread's compressor is used again and again, for columns of any length."""
    series = [array("d", [math.sqrt(i) for i in range(count)]) for count in (2, 3, 40, 3_000)]
    expected = []
    for values in series:
        data = values.tobytes()
        planes = b"".join(data[place::8] for place in range(8))
        expected.append(zstd.compress(planes, columns.LEVEL))
    with ThreadPoolExecutor(4) as pool:
        encoded = pool.map(columns.encode_doubles, series * 50)
        assert [column.data for column in encoded] == expected * 50


def test_more_than_a_chunk_holds_is_cut() -> None:
    points = Points([0.0] * 10_000, list(range(10_000)), None)
    assert [len(part) for part in cut(points)] == [LENGTH, LENGTH, 10_000 - 2 * LENGTH]
    assert [part.times[0] for part in cut(points)] == [0, LENGTH, 2 * LENGTH]
