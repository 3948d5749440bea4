"""Tools that find runs: by what they have, by a query, by a metric; and the best of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, field
from msgspec.structs import replace

from chachaml_kernel.domain.direction import higher_is_better
from chachaml_kernel.domain.language.fields import KEYED
from chachaml_kernel.domain.language.parser import parse
from chachaml_kernel.domain.language.tree import Field, all_of, fields_of, is_finite
from chachaml_kernel.domain.paging import Position, damaged_cursor, decode_cursor, encode_cursor
from chachaml_kernel.domain.query import MetricCondition, RunQuery, Sort, parse_operator, parse_sort
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import Invalid, NotFound
from chachaml_kernel.tools.shapes import Number, RunBrief, brief_run, number, values_of
from chachaml_kernel.tools.tool import AnyTool, Arguments, Tool

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

MAX_SHOWN = 30


class Listing(Arguments, frozen=True, kw_only=True):
    """What every list of runs takes."""

    experiment: Annotated[str | None, Meta(description="only runs of this experiment")] = None
    sort: Annotated[
        str | None,
        Meta(
            description="started_at (default), name, status, duration, headline, metric.KEY, "
            "param.KEY or tag.KEY"
        ),
    ] = None
    order: Literal["asc", "desc"] | None = None
    show: Annotated[
        list[str],
        Meta(
            description="values to return of each run, such as param.lr, metric.loss (the latest "
            "value) or tag.team",
            max_length=MAX_SHOWN,
        ),
    ] = field(default_factory=list)
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: Annotated[
        str | None, Meta(description="the cursor of the page before, for the next one")
    ] = None


class ListRuns(Listing, frozen=True, kw_only=True):
    """Arguments of `list_runs`."""

    status: RunStatus | None = None
    created_by: str | None = None
    archived: Annotated[bool, Meta(description="archived runs instead of the others")] = False


class FindRuns(Listing, frozen=True, kw_only=True):
    """Arguments of `find_runs`."""

    query: Annotated[
        str,
        Meta(
            description="such as: metric.loss < 0.1 and (param.lr in (0.001, 0.0003) or "
            'tag.keep = "yes") and status = completed and started > -7d'
        ),
    ]


class SearchRuns(Listing, frozen=True, kw_only=True):
    """Arguments of `search_runs`."""

    metric_key: str
    op: Literal[">", ">=", "<", "<=", "=", "!="]
    metric_value: float


class BestRun(Arguments, frozen=True, kw_only=True):
    """Arguments of `best_run`."""

    metric_key: str
    experiment: Annotated[str | None, Meta(description="only runs of this experiment")] = None
    query: Annotated[str | None, Meta(description="only runs that find_runs finds by this")] = None
    best: Annotated[
        Literal["max", "min"] | None,
        Meta(description="left out: by the metric's name, such as min for a loss"),
    ] = None


class RunList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of runs; `remaining` follow it, from `cursor` on."""

    runs: list[RunBrief]
    total: int
    remaining: int
    cursor: str | None


class Best(msgspec.Struct, frozen=True, kw_only=True):
    """The best run by the latest value of a metric, of `considered` runs that have a finite one."""

    run: RunBrief
    metric_key: str
    value: Number
    best: Literal["max", "min"]
    considered: int


async def list_runs(kernel: "Kernel", asked: ListRuns) -> RunList:
    """List runs, newest first unless another order is asked for.

    Each comes with its headline metric; name further values in `show`.
    """
    query = RunQuery(status=asked.status, created_by=asked.created_by, archived=asked.archived)
    return await _page(kernel, query, asked)


async def find_runs(kernel: "Kernel", asked: FindRuns) -> RunList:
    """Find runs by a query over their params, metrics (latest values), tags and own facts.

    Fields are metric.KEY (also metric.KEY.min, .max, .count), param.KEY, tag.KEY, and id, name,
    experiment, status, user, parent, started, ended, duration, headline, note, error, archived.
    Operators are = != < <= > >= in, ~ for contained text, `is null`; and, or, not, brackets. Names
    with other characters are quoted: metric."val loss". Times are dates, or -7d from now.
    """
    where = parse(asked.query)
    speaks_of_archived = where is not None and any(
        each.name == "archived" for each in fields_of(where)
    )
    archived = None if speaks_of_archived else False
    return await _page(kernel, RunQuery(where=where, archived=archived), asked)


async def search_runs(kernel: "Kernel", asked: SearchRuns) -> RunList:
    """Find the runs whose latest value of a metric compares so to a number; NaN never does."""
    condition = MetricCondition(asked.metric_key, parse_operator(asked.op), asked.metric_value)
    shown = [*asked.show, f"metric.{asked.metric_key}"]
    return await _page(
        kernel, RunQuery(metric=condition), msgspec.structs.replace(asked, show=shown)
    )


async def best_run(kernel: "Kernel", asked: BestRun) -> Best:
    """Return the run with the best latest value of a metric; NaN and infinities are none."""
    key = asked.metric_key
    higher = asked.best == "max"
    if asked.best is None:
        known = higher_is_better(key, kernel.runs.lower_is_better)
        if known is None:
            raise Invalid(f"nothing says which values of {key!r} are better; give best: max or min")
        higher = known
    also = parse(asked.query or "")
    query = RunQuery(
        experiment=asked.experiment,
        where=all_of(is_finite(Field("metric", key)), *(() if also is None else (also,))),
        sort=Sort("metric", key, descending=higher),
        limit=1,
    )
    page = await kernel.runs.list(query)
    if not page.rows:
        raise NotFound(
            "run",
            f"no run that was asked for has a finite value of {key!r}; list_keys has the keys",
        )
    [row] = page.rows
    return Best(
        run=brief_run(row.run, row.headline),
        metric_key=key,
        value=number(row.latest[key]),
        best="max" if higher else "min",
        considered=(await kernel.runs.counts(query)).total,
    )


async def _page(kernel: "Kernel", query: RunQuery, asked: Listing) -> RunList:
    for name in asked.show:
        _check_shown(name)
    sort = parse_sort(asked.sort or "started_at", asked.order)
    before, position = _place(asked.cursor, f"tools {sort}")
    query = replace(
        query, experiment=asked.experiment, sort=sort, limit=asked.limit, after=position
    )
    page = await kernel.runs.list(query)
    counts = await kernel.runs.counts(query)
    total = counts.archived if query.archived else counts.total
    seen = before + len(page.rows)
    following = None if page.next is None else encode_cursor(f"tools {sort}", (seen, *page.next))
    return RunList(
        runs=[brief_run(row.run, row.headline, values_of(row, asked.show)) for row in page.rows],
        total=total,
        remaining=0 if following is None else max(total - seen, 1),
        cursor=following,
    )


def _place(cursor: str | None, order: str) -> tuple[int, Position | None]:
    """Return how many rows come before a cursor, and the position after which it goes on."""
    if cursor is None:
        return 0, None
    seen, *position = decode_cursor(order, cursor) or (None,)
    if type(seen) is not int or seen < 1:
        raise damaged_cursor()
    return seen, tuple(position)


def _check_shown(name: str) -> None:
    kind, _, key = name.partition(".")
    if kind not in KEYED or not key:
        raise Invalid(f"cannot show {name!r}; use param.KEY, metric.KEY or tag.KEY")


TOOLS: Sequence[AnyTool] = (
    Tool(list_runs, ListRuns, RunList),
    Tool(find_runs, FindRuns, RunList),
    Tool(search_runs, SearchRuns, RunList),
    Tool(best_run, BestRun, Best),
)
