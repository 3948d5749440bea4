"""Names of folders that say a value."""

import re
from urllib.parse import unquote

import pytest
from chachaml_kernel.domain.partitions import partition
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("value", "folder"),
    [
        ("iris", "experiment=iris"),
        ("a/b=c", "experiment=a%2Fb%3Dc"),
        ("100 % [x]*?", "experiment=100 %25 %5Bx%5D%2A%3F"),
        ("..\\'\"", "experiment=..%5C%27%22"),
        ("Ünï 漢字 🏃", "experiment=Ünï 漢字 🏃"),
        ("x" * 244, "experiment=" + "x" * 244),
    ],
)
def test_a_value_is_escaped_as_hive_does(value: str, folder: str) -> None:
    assert partition("experiment", value) == folder


@pytest.mark.parametrize("value", ["x" * 245, "/" * 250, "é" * 250, "🏃" * 250])
def test_a_name_that_is_too_long_is_cut_and_ends_in_a_digest(value: str) -> None:
    folder = partition("experiment", value)
    assert 250 < len(folder.encode()) <= 255
    assert re.search("~[0-9a-f]{16}$", folder)
    assert value.startswith(unquote(folder[len("experiment=") : -17]))


def test_names_that_are_cut_stay_apart() -> None:
    assert len({partition("e", "x" * 300 + end) for end in "abc"}) == 3


def test_no_name_is_taken_for_null() -> None:
    folder = partition("experiment", "__HIVE_DEFAULT_PARTITION__")
    assert re.fullmatch("experiment=__HIVE_DEFAULT_PARTITION__~[0-9a-f]{16}", folder)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_what_fits_can_be_read_back(value: str) -> None:
    folder = partition("experiment", value)
    assert not set(folder[len("experiment=") :]) & set("/\\*?[]{}=\"'#:\0\n")
    if "~" not in folder:
        assert unquote(folder) == f"experiment={value}"
