"""The rows of a table of runs, ready to be written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from urllib.parse import quote

from chachaml_kernel.domain.runs import RunRow, RunStatus
from msgspec import Struct

from chachaml_ui.pages import words
from chachaml_ui.pages.runs.address import CHILDREN, Address, written

SHORT = 8
"""Characters of an id that tell runs apart on one page: the last ones, the first are a time."""


TOLD = 300
"""Characters of an error that a row tells."""


class Fold(Struct, frozen=True):
    """What shows or hides the children of a run; `rest` leads to all of them where some are left
    out."""

    href: str
    count: int
    is_open: bool
    rest: str


class Line(Struct, frozen=True):
    """What a row says of its run beside the chosen columns; `parent` is there for a child shown.

    It stands `depth` levels below a run that is none. `of_experiment` and `of_author` are addresses
    of lists with only those runs.
    """

    id: str
    short: str
    name: str
    href: str
    status: RunStatus
    error: str
    experiment: str
    of_experiment: str
    author: str
    of_author: str
    when: str
    precise: str
    lasted: str
    fold: Fold | None
    parent: str | None
    depth: int


def in_order(roots: Sequence[RunRow], children: Mapping[str, Sequence[RunRow]]) -> Iterator[RunRow]:
    """Yield rows, behind each the children that are shown."""
    for root in roots:
        yield root
        yield from in_order(children.get(root.run.id, ()), children)


def lines(at: Address, rows: Sequence[RunRow], *, folds: bool, now: int) -> Sequence[Line]:
    """Return what rows say at the time `now`; with `folds` runs with children can be unfolded."""
    only = cache(lambda name, text: at.link(**{name: text}) if text else "")
    depths: dict[str, int] = {}
    said = []
    for row in rows:
        above = row.run.parent_run_id
        parent = above if above in at.open and above in depths else None
        depths[row.run.id] = 0 if parent is None else depths[parent] + 1
        said.append(
            _line(at, row, only, parent=parent, depth=depths[row.run.id], folds=folds, now=now)
        )
    return said


def _line(
    at: Address,
    row: RunRow,
    only: Callable[[str, str | None], str],
    *,
    parent: str | None,
    depth: int,
    folds: bool,
    now: int,
) -> Line:
    run = row.run
    lasted = now - run.started_at if run.duration is None else run.duration
    return Line(
        id=run.id,
        short=run.id[-SHORT:],
        name=run.name or run.id[-SHORT:],
        href=f"/runs/{quote(run.id, safe='')}",
        status=run.status,
        error=_told(run.error or ""),
        experiment=run.experiment,
        of_experiment=only("experiment", run.experiment),
        author=run.created_by or "",
        of_author=only("created_by", run.created_by),
        when=words.moment(run.started_at, now=now),
        precise=words.precise(run.started_at),
        lasted=words.duration(lasted),
        fold=_fold(at, row) if folds and row.children else None,
        parent=parent,
        depth=depth,
    )


def _told(error: str) -> str:
    return error if len(error) <= TOLD else f"{error[: TOLD - 1]}…"


def _fold(at: Address, row: RunRow) -> Fold:
    is_open, run_id = row.run.id in at.open, row.run.id
    is_cut = is_open and row.children > CHILDREN
    order = {name: at.asked.get(name) for name in ("sort", "order")}
    rest = written({"parent_run_id": run_id, **order}) if is_cut else ""
    return Fold(at.unfold(run_id), row.children, is_open, rest)
