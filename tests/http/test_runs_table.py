"""What the page of all runs makes of its address: columns, figures, groups, exports."""

import csv
import html
import io
import math
import re
from collections.abc import Iterator, Sequence

import httpx
import pytest
from chachaml_kernel.domain.language.misread import Misread
from chachaml_kernel.domain.query import RunQuery
from chachaml_ui.pages.figures import decimals, figure
from chachaml_ui.pages.runs import exports
from chachaml_ui.pages.runs.cells import mixed_cells
from chachaml_ui.pages.runs.columns import Column, read_columns, write_columns
from chachaml_ui.pages.runs.misreads import wrong

from tests.browser.logbook import Logbook
from tests.http.conftest import ServeWritten

ODD = 'a,b%2C"><i>'


async def trained(logbook: Logbook) -> None:
    for number, rate in enumerate((0.1, 0.1, 0.001)):
        run = await logbook.run(f"run {number}", tags={"kind": "x y"}, lasted=None)
        await logbook.kernel.runs.log_params(run, {"lr": rate})
        await logbook.log(run, {"loss": number + 0.5, ODD: 1.0})
    await logbook.run("bare")


@pytest.fixture(scope="module")
def site(written: ServeWritten) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=written(trained).url) as client:
        yield client


def texts(page: str, pattern: str) -> Sequence[str]:
    """Return what stands within the elements that `pattern` begins, without markup."""
    found = re.findall(rf"{pattern}[^>]*>(.*?)</t", page, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]*>", "", one)).strip() for one in found]


def test_columns_stand_in_the_order_written() -> None:
    columns = read_columns("tag.b,metric.z,param.a.b,metric.a,metric.z")
    assert [column.name for column in columns] == ["tag.b", "metric.z", "param.a.b", "metric.a"]


@pytest.mark.parametrize("key", ["a,b", "100%", "%2C", "a/b", "日本 🚀", ODD])
def test_any_key_can_be_a_column(key: str) -> None:
    columns = [Column("metric", key), Column("tag", key)]
    assert read_columns(write_columns(columns)) == columns


@pytest.mark.parametrize(
    ("key", "prefix", "last"),
    [("loss", "", "loss"), ("val/loss", "val/", "loss"), ("a/", "", "a/"), ("//", "", "//")],
)
def test_a_key_is_what_stands_behind_its_last_slash(key: str, prefix: str, last: str) -> None:
    column = Column("metric", key)
    assert (column.prefix, column.last) == (prefix, last)


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ((0.94312, 0.5), ("0.9431", "0.5000")),
        ((3.0, 12_000.0), ("3", "12,000")),
        ((1_234.5, 0.25), ("1,234.50", "0.25")),
        ((0.5, 1e-9, 1e300), ("0.5000", "1.000e-09", "1.000e+300")),
        ((math.nan, 1.0, -math.inf), ("NaN", "1", "-Infinity")),
        ((), ()),
    ],
)
def test_a_column_of_numbers_has_the_same_decimals(
    values: Sequence[float], written: Sequence[str]
) -> None:
    places = decimals(values)
    assert tuple(figure(value, places) for value in values) == written


def test_a_large_metric_takes_no_decimals_from_another() -> None:
    cells = mixed_cells([("accuracy", 0.9964), ("tokens", 3001.5), None, ("accuracy", 0.9961)], "n")
    assert [cell.text for cell in cells] == ["0.9964", "3,001.50", "", "0.9961"]
    assert [cell.key for cell in cells] == ["accuracy", "tokens", "", "accuracy"]


def test_an_odd_key_is_a_column_of_a_page(site: httpx.Client) -> None:
    columns = write_columns([Column("metric", ODD), Column("metric", "none/such")])
    page = site.get("/runs", params={"columns": columns}).text
    assert "<i>" not in page.replace("<i>none/</i>", "")
    heads = texts(page, '<th scope="col"')
    assert [head for head in heads if head in (ODD, "none/such")] == [ODD, "none/such"]


def test_a_form_sends_each_column_by_itself(site: httpx.Client) -> None:
    page = site.get("/runs?columns=param.lr&columns=metric.loss&q=").text
    assert "columns=param.lr%2Cmetric.loss" in page


async def mixed(logbook: Logbook) -> None:
    for key in ("common", "common", "rare"):
        await logbook.run(key, metric=(key, 0.5))


def test_groups_begin_with_the_metric_that_most_runs_have(written: ServeWritten) -> None:
    page = httpx.get(f"{written(mixed).url}/runs?group=experiment").text
    assert texts(page, '<th colspan="2"') == ["common", "rare"]


async def diverged(logbook: Logbook) -> None:
    for kind, value in (("a", 0.5), ("a", math.nan), ("b", math.inf), ("b", math.nan)):
        await logbook.run(kind, tags={"kind": kind}, metric=("loss", value))


def test_groups_say_how_many_values_are_no_numbers(written: ServeWritten) -> None:
    page = httpx.get(f"{written(diverged).url}/runs?group=tag.kind&columns=metric.loss").text
    assert texts(page, '<td class="n edge"') == ["0.5000 1 left out", "2 left out"]
    assert 'title="2 left out that are no numbers"' in page
    assert "4 runs, most runs first" in page


def test_groups_say_how_many_and_lead_to_their_runs(site: httpx.Client) -> None:
    page = site.get("/runs?group=param.lr&columns=metric.loss").text
    assert texts(page, '<td class="n"') == ["2", "1", "1"]
    assert "1.0000</b> <small>± 0.7071" in page
    rows = re.findall(r'<th scope="row"[^>]*><span class="name"><a href="([^"]*)"', page)
    names = [
        re.findall(r'title="(run \d|bare)"', site.get(html.unescape(row)).text) for row in rows
    ]
    assert sorted(names) == [["bare"], ["run 1", "run 0"], ["run 2"]]


@pytest.mark.parametrize("by", ["experiment", "status", "created_by", "tag.kind", "tag.nobody"])
def test_runs_are_grouped_by_what_they_have(site: httpx.Client, by: str) -> None:
    page = site.get("/runs", params={"group": by, "q": "metric.loss > 1"}).text
    assert texts(page, '<td class="n"') == ["2"]
    [address] = re.findall(r'<th scope="row"[^>]*><span class="name"><a href="([^"]*)"', page)
    assert re.findall(r'title="(run \d)"', site.get(html.unescape(address)).text) == [
        "run 2",
        "run 1",
    ]


async def searched(logbook: Logbook) -> None:
    for rate in (0.12323966682757626, 0.5, 123456.789, 20231015.0, 1.2e18, 10**20, 1e-300 / 3):
        run = await logbook.run("trial", lasted=None)
        await logbook.kernel.runs.log_params(run, {"rate": rate})


def test_fractions_as_searches_draw_them_lose_digits_and_whole_numbers_none(
    written: ServeWritten,
) -> None:
    page = httpx.get(f"{written(searched).url}/runs?columns=param.rate").text
    cells = re.findall(r'<td class="cut n[^"]*"(?: title="([^"]*)")?><bdi>([^<]*)</bdi>', page)
    assert cells[::-1] == [
        ("0.12323966682757626", "0.12324"),
        ("", "0.5"),
        ("123456.789", "123456.79"),
        ("", "20231015.0"),
        ("", "1.2e+18"),
        (f"1{20 * '0'}", f"1{20 * '0'}"),
        ("3.3333333333333334e-301", "3.33333e-301"),
    ]


@pytest.mark.parametrize(
    "asked", ["tag.kind=x y", "param.lr=1e-1", "status=running&q=metric.loss < 9", "archived=any"]
)
def test_an_export_has_the_runs_of_the_page(site: httpx.Client, asked: str) -> None:
    page = site.get(f"/runs?{asked}").text
    link = re.findall(r'href="(/api/export\?what=runs[^"]*)"', page)[0]
    table = csv.DictReader(io.StringIO(site.get(html.unescape(link)).text))
    assert [row["name"] for row in table] == re.findall(r'title="(run \d|bare)"', page)


def test_an_export_of_all_says_so() -> None:
    assert exports.text(RunQuery()) == "archived = false"


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (" quick brown ", 'name ~ "quick brown"'),
        ("back\\slash", 'name ~ "back\\\\slash"'),
        ("inner notes", 'name ~ "inner notes"'),
        *((typed, None) for typed in ("", "a\0", "x" * 251, "status is nul", "name IN", "a < 1")),
    ],
)
def test_a_text_without_any_operator_may_be_a_name(typed: str, named: str | None) -> None:
    assert wrong(typed, Misread("no", at=0)).named == named


@pytest.mark.parametrize(
    ("query", "at", "text", "pointer"),
    [
        ("a b", 2, "a b", "  ^ "),
        ("", 0, "", "^ "),
        ("x" * 100, 60, f"…{'x' * 80}", f"{' ' * 41}^ "),
        ("x" * 100, 0, f"{'x' * 40}…", "^ "),
    ],
)
def test_a_wrong_character_is_pointed_at(query: str, at: int, text: str, pointer: str) -> None:
    found = wrong(query, Misread("no", at=at))
    assert (found.text, found.pointer, found.fault) == (text, pointer, "no")
