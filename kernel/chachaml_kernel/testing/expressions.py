"""Any runs and any queries, such as hypothesis draws them: of few values, so that these meet."""

import math
from collections.abc import Mapping

from hypothesis import strategies as st

from chachaml_kernel.domain.language.fields import KINDS, OPERATORS, PARTS, Kind, kind_of
from chachaml_kernel.domain.language.tree import (
    Comparison,
    Expression,
    Field,
    Missing,
    Not,
    Operator,
    Value,
    all_of,
    any_of,
)
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.domain.values import JsonValue

LONG = "long " * 30
"""Longer than what an index has of a text."""

TEXTS = ["", "a", "A", "b%", "a_b", "Äb", "ä", "b\\", "🙂", LONG, f"{LONG}a", "0.5", "NaN", "null"]
NUMBERS = [0.0, -0.0, 0.5, 1.0, -3.0, 1e300, math.inf, -math.inf, math.nan]
PARAMS: list[JsonValue] = [
    *TEXTS,
    *[number for number in NUMBERS if math.isfinite(number)],
    1,
    2**60,
    10**400,
    True,
    False,
    None,
    "a\0b",
    [1, "a"],
    {"A": None},
]
TIMES = [0, 1_000, 2_000, 2**40]
KEYS = ["a", "b", "a b"]

some_params = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(PARAMS))
some_tags = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(TEXTS))
some_metrics = st.dictionaries(
    st.sampled_from(KEYS), st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3)
)

VALUES: Mapping[Kind, st.SearchStrategy[Value]] = {
    "text": st.sampled_from(TEXTS),
    "status": st.sampled_from([status.value for status in RunStatus]),
    "time": st.sampled_from(TIMES),
    "duration": st.sampled_from(TIMES),
    "number": st.sampled_from(NUMBERS),
    "flag": st.booleans(),
    "param": st.sampled_from([*TEXTS, "true", *[each for each in NUMBERS if math.isfinite(each)]]),
}


@st.composite
def fields(draw: st.DrawFn) -> Field:
    """Draw a field, its key one that runs may have."""
    name = draw(st.sampled_from(list(KINDS)))
    key = draw(st.sampled_from(KEYS)) if name in ("metric", "param", "tag") else ""
    return Field(name, key, draw(st.sampled_from(["", *PARTS])) if name == "metric" else "")


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Draw a comparison that the parser takes."""
    field = draw(fields())
    operator: Operator = draw(st.sampled_from(OPERATORS[kind_of(field)]))
    values = VALUES[kind_of(field)]
    if operator in ("~", "!~"):
        return Comparison(field, operator, (draw(st.sampled_from(TEXTS).filter(bool)),))
    if operator in ("in", "not in"):
        return Comparison(field, operator, tuple(draw(st.lists(values, min_size=1, max_size=3))))
    if operator in ("<", "<=", ">", ">="):
        values = values.filter(lambda value: value == value)
    return Comparison(field, operator, (draw(values),))


expressions: st.SearchStrategy[Expression] = st.recursive(
    comparisons() | st.builds(Missing, fields()),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: any_of(*parts)),
    ),
    max_leaves=5,
)
