"""Arithmetic of long reads: numpy comes to the same last bit as pure Python."""

import math
import struct
import subprocess
import sys
from array import array
from itertools import accumulate
from random import Random

import pytest
from chachaml_store_sql.series.codec.arithmetic import LONG, PLAIN, Arithmetic, arithmetic_for
from chachaml_store_sql.series.codec.fast import MANY, Fast
from hypothesis import given
from hypothesis import strategies as st

WITHOUT_NUMPY = """
import sys
from chachaml_store_sql.series.codec.arithmetic import LONG, PLAIN, arithmetic_for
import chachaml_store_sqlite.store
assert "numpy" not in sys.modules
assert arithmetic_for(LONG - 1) is PLAIN
assert "numpy" not in sys.modules
sys.modules["numpy"] = None
assert arithmetic_for(LONG) is PLAIN
"""
LEAST, GREATEST = -(2**63), 2**63 - 1
COUNTS = st.sampled_from([MANY - 1, MANY, MANY + 1, 4_096])


def bits(values: "array[float]") -> list[bytes]:
    return [struct.pack("<d", value) for value in values]


@given(width=st.sampled_from("bhiq"), seed=st.randoms(use_true_random=False), count=COUNTS)
def test_sums_are_the_same(width: str, seed: Random, count: int) -> None:
    bound = 2 ** min(8 * array(width).itemsize - 1, 50)
    differences = array(width, [seed.randrange(-bound, bound) for _ in range(count)])
    first = seed.randrange(-(2**62), 2**62)
    expected = list(accumulate(differences, initial=first))
    for arithmetic in (PLAIN, Fast()):
        assert list(arithmetic.sums(first, differences)) == expected


def test_sums_reach_both_ends_of_the_integers() -> None:
    differences = array("q", [GREATEST, 1 - GREATEST, -1] * MANY)
    assert list(Fast().sums(0, differences)) == PLAIN.sums(0, differences)
    down = array("q", [0] * MANY)
    assert list(Fast().sums(LEAST, down)) == [LEAST] * (MANY + 1)


@given(
    numbers=st.lists(st.integers(LEAST, GREATEST), min_size=1, max_size=50),
    digits=st.integers(0, 255),
)
def test_quotients_are_the_same(numbers: list[int], digits: int) -> None:
    column = array("q", numbers * (MANY // len(numbers) + 1))
    divisor = 10.0**digits
    assert bits(Fast().quotients(column, divisor)) == bits(PLAIN.quotients(column, divisor))


@given(
    values=st.lists(st.floats() | st.sampled_from([0.0, -0.0, 1.0]), min_size=1, max_size=300),
    max_points=st.integers(2, 1_500),
    count=COUNTS,
)
def test_the_same_points_are_kept(values: list[float], max_points: int, count: int) -> None:
    column = array("d", (values * (count // len(values) + 1))[:count])
    assert Fast().thinned(column, max_points) == PLAIN.thinned(column, max_points)


@pytest.mark.parametrize("arithmetic", [PLAIN, Fast()], ids=["plain", "fast"])
def test_a_bucket_of_nothing_but_nan_is_one_gap(arithmetic: Arithmetic) -> None:
    column = array("d", [math.nan] * 2_000)
    assert arithmetic.thinned(column, 8) == [0, 1, 1_000, 1_999]


def test_numpy_is_for_long_reads() -> None:
    assert isinstance(arithmetic_for(LONG), Fast)
    assert arithmetic_for(LONG - 1) is PLAIN


def test_numpy_is_not_imported_before_it_is_of_use_and_may_be_missing() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_NUMPY], check=True)
