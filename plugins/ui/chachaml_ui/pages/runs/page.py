"""The page of all runs."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from functools import partial

from aiohttp import web
from chachaml_kernel.domain.bulk import MAX_RUNS
from chachaml_kernel.domain.comparison import MAX_COMPARED
from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.direction import higher_is_better
from chachaml_kernel.domain.paging import next_cursor
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.runs import RunRow
from chachaml_kernel.kernel import Kernel
from msgspec.structs import replace

from chachaml_ui.keys import KERNEL
from chachaml_ui.pages.frame import Frame, load_frame, render
from chachaml_ui.pages.runs import exports, filters, groups
from chachaml_ui.pages.runs.address import Address, children_of, read_address
from chachaml_ui.pages.runs.columns import OFFERED, Column, columns_of
from chachaml_ui.pages.runs.empty import explained
from chachaml_ui.pages.runs.misreads import wrong
from chachaml_ui.pages.runs.rows import in_order, lines
from chachaml_ui.pages.runs.table import Direction, table
from chachaml_ui.pages.runs.writing import write_rows


async def list_runs(request: web.Request) -> web.StreamResponse:
    """Show the runs that the address asks for, or how to log the first one."""
    began = time.perf_counter()
    at = read_address(request.query)
    kernel = request.app[KERNEL]
    folds = filters.is_folded(at)
    if not folds:
        at = replace(at, open=())  # children stand in places of their own
    frame, found, counts, children = await asyncio.gather(
        load_frame(request),
        kernel.runs.list(replace(at.query, roots=folds or at.query.roots)),
        kernel.runs.counts(at.query),
        _children(kernel, at),
    )
    if not at.asked and not counts.total:
        origin = f"{request.scheme}://{request.host}"
        return render(request, "first_run.html", frame=frame, origin=origin)
    rows = [] if at.misread else list(in_order(found.rows, children))
    shown = table(at.columns, rows, _direction(kernel))
    grouped = await _groups(kernel, at, rows) if at.group and rows else _no_groups(at)
    of_many = at.query.experiment is None
    said = [] if grouped["groups"] else lines(at, rows, folds=folds, now=kernel.now())
    written = write_rows(shown, said, of_many=of_many) if said else []
    cursor = next_cursor(str(at.query.sort), found)
    answer = render(
        request,
        "runs/page.html",
        frame=frame,
        table=shown,
        rows=written,
        of_many=of_many,
        is_folded=any(line.fold and not line.fold.is_open for line in said),
        next=cursor and at.page(cursor),
        nothing=None if rows or at.misread else await explained(kernel, at),
        passed=lambda: round((time.perf_counter() - began) * 1_000),
        **_asked(at, counts),
        **_menus(kernel, at, frame, rows, shown.columns),
        **grouped,
    )
    if at.misread:
        answer.set_status(400)
    return answer


def _asked(at: Address, counts: RunCounts) -> Mapping[str, object]:
    """Return what the address asks for, how many runs that are, and what else it could ask for."""
    return {
        "at": at,
        "query": at.query,
        "wrong": at.misread and wrong(at.asked["q"], at.misread),
        "count": None if at.misread else filters.shown(at.query, counts),
        "tabs": filters.tabs(at, counts),
        "hidden": partial(filters.hidden, at.asked),
        "most": MAX_COMPARED,
        "at_once": MAX_RUNS,
    }


async def _children(kernel: Kernel, at: Address) -> Mapping[str, Sequence[RunRow]]:
    """Return the children of the runs that are unfolded."""
    pages = await asyncio.gather(*(kernel.runs.list(children_of(at, run_id)) for run_id in at.open))
    return {run_id: page.rows for run_id, page in zip(at.open, pages, strict=True)}


async def _groups(kernel: Kernel, at: Address, rows: Sequence[RunRow]) -> Mapping[str, object]:
    """Return the groups that the address asks for, and what they are described by."""
    grouping = groups.grouping(at, at.group or "", rows)
    found = await kernel.runs.groups(at.query, grouping)
    return {
        "grouping": grouping,
        "ordering": groups.ordering(grouping),
        "groups": groups.group_lines(at, grouping, found.rows, _direction(kernel)),
        "more": found.more,
        "names": groups.WORDS,
    }


def _no_groups(at: Address) -> Mapping[str, object]:
    return {"groups": None, "ordering": filters.ordering(at.query.sort)}


def _direction(kernel: Kernel) -> Direction:
    return partial(higher_is_better, lower=kernel.runs.lower_is_better)


def _menus(
    kernel: Kernel, at: Address, frame: Frame, rows: Sequence[RunRow], columns: Sequence[Column]
) -> Mapping[str, object]:
    """Return what the list can be narrowed to, grouped by, extended by and saved as."""
    others = [column for column in columns_of(rows) if column not in columns][:OFFERED]
    return {
        "experiments": _experiments(at.query, frame),
        "chips": filters.chips(at),
        "authors": filters.authors(at, rows),
        "tags": filters.tags(at, rows),
        "offered": others,
        "group_choices": groups.choices(at, [*columns, *others]),
        "downloads": exports.downloads(at.query, kernel.exports.formats),
        "formats": kernel.exports.formats,
    }


def _experiments(query: RunQuery, frame: Frame) -> Sequence[str]:
    """Return the experiments to choose from, the chosen one among them whatever it is."""
    names = [experiment.name for experiment in frame.experiments]
    chosen = query.experiment
    return names if chosen is None or chosen in names else [chosen, *names]
