"""What may come next in a query, wherever its cursor is."""

import pytest
from chachaml_kernel.domain.language.completion import (
    Completion,
    KeyPrefix,
    complete,
    with_keys,
)
from chachaml_kernel.domain.language.parser import BEGINNINGS, parse
from chachaml_kernel.errors import Invalid
from hypothesis import given
from hypothesis import strategies as st


def at_cursor(query: str) -> Completion:
    """Return the completion of a query in which | stands where the cursor is."""
    before, _, after = query.partition("|")
    return complete(before + after, len(before))


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("|", BEGINNINGS),
        ("sta|", ["status", "started"]),
        ("STA|", ["status", "started"]),
        ("name = a and sta|", ["status", "started"]),
        ("(me|", ["metric."]),
        (
            "name |",
            ["=", "!=", "~", "!~", "<", "<=", ">", ">=", "in", "not in", "is null", "is not null"],
        ),
        ("archived |", ["=", "!=", "is null", "is not null"]),
        ("name i|", ["in", "is null", "is not null"]),
        ("name not |", ["in"]),
        ("name is |", ["null", "not null"]),
        ("name is not |", ["null"]),
        ("status = |", ["running", "completed", "failed"]),
        ("status in (failed, c|", ["completed"]),
        ("archived = |", ["true", "false"]),
        ("name in |", ["("]),
        ("name in (a |", [",", ")"]),
        ("name = a |", ["and", "or"]),
        ("(name = a |", ["and", "or", ")"]),
        ("(name = a) o|", ["or"]),
        ("metric.loss:|", ["metric.loss:min", "metric.loss:max", "metric.loss:count"]),
        ("metric.loss:m|", ["metric.loss:min", "metric.loss:max"]),
        ("name = |", []),
        ("name = a|", []),
        ('name = "sta|', []),
        ("nonsense = a and sta|", []),
        ("$ sta|", []),
    ],
)
def test_what_may_come_next(query: str, options: list[str]) -> None:
    completion = at_cursor(query)
    assert list(completion.options) == list(options)
    assert completion.keys is None


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("metric.|", KeyPrefix("metric", "")),
        ("name = a and param.l|", KeyPrefix("param", "l")),
        ('tag."a b|', KeyPrefix("tag", "a b")),
        ("tag.'a b|", KeyPrefix("tag", "a b")),
        ('tag."a \\"b\\" \\\\|', KeyPrefix("tag", 'a "b" \\')),
        ('metric."a:|', KeyPrefix("metric", "a:")),
    ],
)
def test_keys_may_come_next(query: str, keys: KeyPrefix) -> None:
    assert at_cursor(query).keys == keys


@pytest.mark.parametrize(
    ("query", "replaced"),
    [
        ("sta|tus = failed", "status"),
        ("|status = failed", ""),
        ("name = a and sta| = b", "sta"),
        ('metric."val |loss" < 1', 'metric."val loss"'),
        ("metric.lo|ss:min < 1", "metric.loss:min"),
        ("name = a | and id = b", ""),
    ],
)
def test_it_takes_the_place_of_the_word_that_the_cursor_is_in(query: str, replaced: str) -> None:
    completion = at_cursor(query)
    assert query.replace("|", "")[completion.begin : completion.end] == replaced


def test_a_key_that_is_not_plain_is_completed_in_quotes() -> None:
    completion = with_keys(at_cursor("metric.v|"), ["val/loss", "val loss", 'v"'])
    assert list(completion.options) == ["metric.val/loss", 'metric."val loss"', 'metric."v\\""']
    for option in completion.options:
        assert parse(f"{option} < 1") is not None


@pytest.mark.parametrize("at", [-1, 5])
def test_a_cursor_is_in_the_query(at: int) -> None:
    with pytest.raises(Invalid, match="the query has 4 characters"):
        complete("name", at)


@given(
    st.text(st.sampled_from("name=metric.loss<1and()'\"~!, \\-7d:\0"), max_size=40),
    st.integers(0, 40),
)
def test_every_query_can_be_completed_everywhere(query: str, at: int) -> None:
    at = min(at, len(query))
    completion = complete(query, at)
    assert 0 <= completion.begin <= at <= completion.end <= len(query)
