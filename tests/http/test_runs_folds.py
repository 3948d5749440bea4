"""Children under their parents in the list of runs, as its markup says it."""

import re
from collections.abc import Iterator, Sequence

import httpx
import pytest
from chachaml_ui.pages.runs.address import CHILDREN

from tests.browser.logbook import Logbook
from tests.http.conftest import ServeWritten

MANY = CHILDREN + 5


async def families(logbook: Logbook) -> None:
    sweep = await logbook.run("sweep", experiment="sweeps", metric=("loss", 0.5))
    await logbook.run("better", experiment="sweeps", parent=sweep, metric=("loss", 0.1))
    await logbook.run("worse", experiment="sweeps", parent=sweep, metric=("loss", 0.9))
    dropped = await logbook.run("dropped", experiment="sweeps", parent=sweep)
    left = await logbook.run("left", experiment="left")
    await logbook.run("going on", experiment="left", parent=left, lasted=None)
    await logbook.run("done", experiment="left", parent=left)
    large = await logbook.run("large", experiment="large")
    for number in range(MANY):
        await logbook.run(f"child {number}", experiment="large", parent=large)
    for run_id in (dropped, left):
        await logbook.kernel.runs.archive(run_id)


async def generations(logbook: Logbook) -> None:
    parent: str | None = None
    for depth in range(6):
        parent = await logbook.run(str(depth), parent=parent)


@pytest.fixture(scope="module")
def site(written: ServeWritten) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=written(families).url) as client:
        yield client


def names(page: str) -> Sequence[str]:
    """Return the names of the runs in the table, with two blanks for each level they are below."""
    rows = re.findall(
        r'<tr data-run="[^"]*"( class="kid(?: deep(.))?")?.*?<bdi>([^<]*)</bdi>', page
    )
    return ["  " * int(depth or bool(kid)) + name for kid, depth, name in rows]


def fold(page: str) -> str:
    """Return the address that unfolds the first run that has children."""
    found = re.search(r'class="fold" href="([^"]*)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_children_are_folded_and_unfolded_in_the_order_of_the_list(site: httpx.Client) -> None:
    page = site.get("/runs?experiment=sweeps").text
    assert names(page) == ["sweep"]
    assert "<b>1</b> of 3, children folded<" in page
    opened = fold(page)
    assert "<b>3</b> of 3<" in site.get(opened).text
    assert names(site.get(opened).text) == ["sweep", "  worse", "  better"]
    assert names(site.get(f"{opened}&order=asc").text) == ["sweep", "  better", "  worse"]


@pytest.mark.parametrize(
    "asked", ["sort=metric.loss&order=asc", "sort=metric.loss&order=asc&status=completed"]
)
def test_what_was_unfolded_stands_once_where_runs_are_not_folded(
    site: httpx.Client, asked: str
) -> None:
    opened = fold(site.get("/runs?experiment=sweeps").text)
    assert names(site.get(f"{opened}&{asked}").text) == ["better", "sweep", "worse"]


def test_archived_runs_are_a_flat_list(site: httpx.Client) -> None:
    assert names(site.get("/runs?archived=true").text) == ["left", "dropped"]
    assert names(site.get("/runs?archived=true&roots=true").text) == ["left"]


def test_children_of_an_archived_run_stay_in_the_list(site: httpx.Client) -> None:
    assert names(site.get("/runs?experiment=left").text) == ["done", "going on"]


def test_children_of_children_stand_further_in(written: ServeWritten) -> None:
    server = written(generations)
    ids = ",".join(f"{number:032x}" for number in range(1, 6))
    page = httpx.get(f"{server.url}/runs", params={"open": ids}).text
    wanted = [f"{'  ' * min(depth, 4)}{depth}" for depth in range(6)]
    assert names(page) == wanted


def test_a_run_whose_parent_is_not_shown_is_nobodys_child(site: httpx.Client) -> None:
    parent = re.search(r'data-run="([^"]*)"', site.get("/runs?archived=true").text)
    assert parent
    page = site.get(f"/runs?experiment=left&open={parent[1]}").text
    assert names(page) == ["done", "going on"]


def test_of_very_many_children_the_first_are_shown_and_a_link_leads_to_all(
    site: httpx.Client,
) -> None:
    page = site.get("/runs?experiment=large").text
    assert f"<small>{MANY}</small>" in page
    opened = site.get(fold(page)).text
    assert len(names(opened)) == 1 + CHILDREN
    rest = re.search(rf'<a class="link" href="([^"]*)">all {MANY}</a>', opened)
    assert rest
    assert len(names(site.get(f"{rest[1]}&limit=1000").text)) == MANY


def test_groups_have_no_rows_of_runs(site: httpx.Client) -> None:
    page = site.get("/runs?group=experiment").text
    assert "Table of runs" not in page
    assert 'role="switch"' in page
