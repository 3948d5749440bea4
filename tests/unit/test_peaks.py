"""Peaks of chunks come back as they were, and damage is noticed."""

import math
import struct

import pytest
from chachaml_kernel.domain.metrics import Points
from chachaml_store_sql.series import peaks
from chachaml_store_sql.series.codec.columns import Damaged
from hypothesis import given
from hypothesis import strategies as st

INTEGERS = st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(st.tuples(st.floats(), INTEGERS, st.none() | INTEGERS), min_size=1, max_size=12)


def points(rows: list[tuple[float, int, int | None]]) -> Points:
    return Points(*(list(column) for column in zip(*rows, strict=True)))


def exact(points: Points) -> tuple[object, ...]:
    steps = points.steps or [None] * len(points)
    return struct.pack(f"<{len(points)}d", *points.values), list(points.times), list(steps)


@given(chunks=st.lists(ROWS, min_size=1, max_size=3))
def test_peaks_of_chunks_come_back_one_chunk_after_the_other(
    chunks: list[list[tuple[float, int, int | None]]],
) -> None:
    together = [row for rows in chunks for row in rows]
    decoded = peaks.decode([peaks.encode(points(rows)) for rows in chunks])
    assert exact(decoded) == exact(points(together))


def test_steps_are_none_where_no_point_has_one() -> None:
    assert peaks.decode([peaks.encode(Points([1.0], [5]))]).steps is None


def test_damaged_peaks_are_refused() -> None:
    blob = peaks.encode(Points([1.0, math.nan], [5, 6], [0, None]))
    for damaged in (b"", blob[:4], blob[:-1], blob[:10] + b"?" + blob[11:]):
        with pytest.raises(Damaged, match="the peaks"):
            peaks.decode([blob, damaged])
