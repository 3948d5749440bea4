"""The query language: what it takes, what it says of the rest, and back to text."""

import math

import pytest
from chachaml_kernel.domain.language.misread import Misread
from chachaml_kernel.domain.language.parser import MAX_DEPTH, MAX_TERMS, MAX_VALUES, parse
from chachaml_kernel.domain.language.printing import printed
from chachaml_kernel.domain.language.tree import (
    Ago,
    And,
    Comparison,
    Expression,
    Field,
    Missing,
    Not,
    Or,
    all_of,
    any_of,
    dated,
    fields_of,
)
from chachaml_kernel.domain.language.words import MAX_LENGTH
from chachaml_kernel.domain.query import RunQuery, at_time
from chachaml_kernel.testing.expressions import expressions
from hypothesis import example, given
from hypothesis import strategies as st

LOSS, NAME, STARTED = Field("metric", "loss"), Field("name"), Field("started")


def misread(query: str) -> Misread:
    with pytest.raises(Misread) as caught:
        parse(query)
    return caught.value


def tree_or_error(query: str) -> Expression | Misread | None:
    try:
        return parse(query)
    except Misread as error:
        return error


def marked(query: str) -> Misread:
    """Return the error of a query in which ^ stands before the character that is at fault."""
    error = misread(query.replace("^", "", 1))
    assert error.at == query.index("^"), error.detail
    return error


def test_a_query_becomes_a_tree() -> None:
    query = (
        "metric.loss < 0.1 and (param.lr in (0.001, 3e-4) or not tag.keep = 'yes')"
        " and ended is null and started > -7d"
    )
    assert parse(query) == And(
        (
            Comparison(LOSS, "<", (0.1,)),
            Or(
                (
                    Comparison(Field("param", "lr"), "in", (0.001, 0.0003)),
                    Not(Comparison(Field("tag", "keep"), "=", ("yes",))),
                )
            ),
            Missing(Field("ended")),
            Comparison(STARTED, ">", (Ago(7 * 86_400_000),)),
        )
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("name=a", "name = a"),
        ("NOT name = a AND id IN (b) OR user IS NOT NULL", None),
        ("name = a or name = b and id = c", "name = a or (name = b and id = c)"),
        ("not name = a and id = b", "(not name = a) and id = b"),
        ("name = a and (id = b and user = c)", "(name = a and id = b) and user = c"),
        ("ended is not null", "not ended is null"),
        ('metric."loss":min < 1', "metric.loss:min < 1"),
        ("name = 'it\\'s'", 'name = "it\'s"'),
        ("headline = NaN", "headline = nan"),
        ("param.x = -inf", 'param.x = "-Infinity"'),
        ("duration < 90m", "duration < 1h30min"),
        ("duration < 0.5s", "duration < 500ms"),
        ("started > 2025-10-09", "started > 1759968000000"),
        ("started > 2025-10-09T08:30", 'started > "2025-10-09 10:30+02:00"'),
    ],
)
def test_the_same_can_be_written_in_several_ways(one: str, other: str | None) -> None:
    assert parse(one) == parse(one.lower() if other is None else other)


@pytest.mark.parametrize(
    "query",
    [
        "metric.loss < 0.1 and (param.lr in (0.001, 0.0003) or tag.keep = yes)",
        'metric."val loss":count >= 3',
        "not (name = a or name = b)",
        'param.x = "0.1" and param.y = 0.1 and param.z = "nan" and tag.a = "and"',
        "started > -1d12h and started < 2025-10-09T08:30:00Z and ended = 1970-01-01T00:00:00.001Z",
        "duration >= 1h30m and archived = false and headline != nan",
        'name ~ "a \\"b\\" \\\\" and error !~ c',
        "ended is not null and note is null",
    ],
)
def test_a_query_in_its_one_form_is_printed_as_it_is(query: str) -> None:
    tree = parse(query)
    assert tree is not None
    assert printed(tree) == query


@given(expressions)
@example(Comparison(LOSS, "in", (math.nan, -0.0, 1e22, 5e-324)))
@example(Comparison(STARTED, "=", (2**53,)))
@example(Comparison(STARTED, "=", (Ago(0),)))
@example(Comparison(Field("tag", 'a"\\\n'), "=", ("\n\t\\",)))
def test_what_is_printed_is_read_as_the_same(expression: Expression) -> None:
    assert parse(printed(expression)) == expression


def test_a_link_can_add_a_term() -> None:
    tree = parse("name = a or name = b")
    assert tree is not None
    term = Comparison(LOSS, "<", (1.0,))
    assert printed(all_of(tree, term)) == "(name = a or name = b) and metric.loss < 1"
    assert printed(any_of(tree, term)) == "name = a or name = b or metric.loss < 1"
    assert [field.name for field in fields_of(all_of(tree, term))] == ["name", "name", "metric"]


def test_a_blank_query_says_nothing() -> None:
    assert parse("") is None
    assert parse(" \n\t") is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("^statu = failed", "no field is named 'statu'; did you mean status"),
        ("^metrc.loss < 1", "no field is named 'metrc'; did you mean metric.KEY?"),
        ("^created_by = ada", "there are id, name, experiment"),
        ("^'name' = ada", "a field is wanted here, not \"'name'\""),
        ("name = a and ^and id = b", "a field is wanted here, not 'and'"),
        ("metric^ < 1", "metric needs a key of 1 to 250 characters: metric.KEY"),
        ('param.^"" = 1', "param needs a key"),
        ("^tag." + "k" * 251 + " = 1", "tag needs a key of 1 to 250 characters"),
        ("metric.loss:^mean < 1", "no part 'mean'; use min, max, count"),
        ("param.a^:b = 1", "only metrics have parts"),
        ("metric.loss ^0.1", "one of <, <=, >"),
        ("metric.loss ^~ 1", "metric cannot be compared by '~'"),
        ("status ^< failed", "status cannot be compared by '<'"),
        ("name not ^= a", "'in' is wanted here, not '='"),
        ("name is ^nothing", "'null' is wanted here, not 'nothing'"),
        ("name =^", "a value is wanted here, not the end"),
        ("name = ^null", "use 'is null'"),
        ("name = ^or", "'or' is a word of the language; put it in quotes"),
        ("status = ^done", "no status is named 'done'; use one of running, completed, failed"),
        ("metric.loss < ^low", "a number (0.1, 1e-3, nan, inf) is wanted, not 'low'"),
        ('metric.loss < ^"1"', "leave the quotes away"),
        ("metric.loss < ^1e999", "too large; write inf"),
        ("metric.loss < ^nan", "nothing is < nan"),
        ("duration > ^90", "a duration (90s, 5m, 1h30m, 7d) is wanted"),
        ("duration > ^999999999999d", "this duration is too long"),
        ("started > ^yesterday", "a time (-7d, 2025-10-09"),
        ("started > ^2025-13-09", "'2025-13-09' is no time"),
        ("archived = ^yes", "true or false is wanted"),
        ('name ~ ^""', "what ~ looks for has 1 to 250 characters"),
        ("name in ^a", "'(' is wanted here, not 'a'"),
        ("name in (^)", "a value is wanted here, not ')'"),
        ("name in (a ^b)", "',' or ')' is wanted here, not 'b'"),
        ("(name = a^", "'and', 'or' or ')' is wanted here, not the end"),
        ("name = a^)", "'and', 'or' or the end is wanted here, not ')'"),
        ("name = ^$x", "'$' means nothing here"),
        ('name = "a^\\q"', "after a backslash comes one of"),
        ('name = ^"a', "this quote is not closed"),
        ('metric.^"a', "this quote is not closed"),
        ('name = "^\0"', "no text holds this character"),
        ('name = "a^\ud800"', "no text holds this character"),
    ],
)
def test_an_error_says_where_and_what_would_be_right(query: str, said: str) -> None:
    error = marked(query)
    assert said in error.detail
    assert error.detail == f"query, character {error.at + 1}: {error.fault}"


@pytest.mark.parametrize(
    ("fits", "more", "said"),
    [
        (f"name = {'a' * (MAX_LENGTH - 7)}", "b", "10,000 are allowed"),
        (" and ".join(["id = a"] * MAX_TERMS), " or id = b", "more than 100 conditions"),
        ("(" * MAX_DEPTH + "id = a" + ")" * MAX_DEPTH, None, "more than 50 levels"),
        ("not " * MAX_DEPTH + "id = a", None, "more than 50 levels"),
        (f"id in ({','.join(['a'] * MAX_VALUES)})", " and id = a", "more than 1,000 values"),
    ],
)
def test_a_query_is_bounded(fits: str, more: str | None, said: str) -> None:
    assert parse(fits) is not None
    assert said in misread(f"({fits})" if more is None else fits + more).detail


@pytest.mark.parametrize(
    "query",
    ["(" * MAX_LENGTH, "not " * 2_500, "-" * MAX_LENGTH, '"' * MAX_LENGTH, "\\" * MAX_LENGTH],
)
def test_no_query_is_too_much_for_the_parser(query: str) -> None:
    misread(query)


@given(st.text(st.sampled_from("name=metric.loss<1and()'\"~!, \\-7d:\n\0🙂"), max_size=60))
def test_any_text_is_a_query_or_an_error_within_it(query: str) -> None:
    read = tree_or_error(query)
    if isinstance(read, Misread):
        assert 0 <= read.at <= len(query)
    elif read is not None:
        assert parse(printed(read)) == read


def test_what_is_ago_is_a_time_once_it_is_asked() -> None:
    tree = parse("not started > -1h and (ended is null or ended in (-1s, 5))")
    assert tree is not None
    assert printed(dated(tree, 3_600_001)) == (
        "not started > 1970-01-01T00:00:00.001Z and (ended is null or "
        "ended in (1970-01-01T00:59:59.001Z, 1970-01-01T00:00:00.005Z))"
    )
    assert at_time(RunQuery(where=tree), 3_600_001).where == dated(tree, 3_600_001)
    assert at_time(RunQuery(), 5) == RunQuery()
