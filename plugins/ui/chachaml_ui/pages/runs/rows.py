"""The rows of a table of runs, ready to be written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from urllib.parse import quote

from chachaml_kernel.domain.runs import RunRow, RunStatus
from msgspec import Struct

from chachaml_ui.pages import words
from chachaml_ui.pages.runs.address import Address

SHORT = 8
"""Characters of an id that tell runs apart on one page: the last ones, the first are a time."""


class Fold(Struct, frozen=True):
    """What shows or hides the children of a run."""

    href: str
    count: int
    is_open: bool


class Line(Struct, frozen=True):
    """What a row says of its run beside the chosen columns; `parent` is there for a child shown.

    `of_experiment` and `of_author` are addresses of lists with only those runs.
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


def in_order(roots: Sequence[RunRow], children: Mapping[str, Sequence[RunRow]]) -> Iterator[RunRow]:
    """Yield rows, behind each the children that are shown."""
    for root in roots:
        yield root
        yield from in_order(children.get(root.run.id, ()), children)


def lines(at: Address, rows: Sequence[RunRow], *, folds: bool, now: int) -> Sequence[Line]:
    """Return what rows say at the time `now`; with `folds` runs with children can be unfolded."""
    only = cache(lambda name, text: at.link(**{name: text}) if text else "")
    return [_line(at, row, only, folds=folds, now=now) for row in rows]


def _line(
    at: Address, row: RunRow, only: Callable[[str, str | None], str], *, folds: bool, now: int
) -> Line:
    run = row.run
    has_fold = folds and row.children > 0
    lasted = now - run.started_at if run.duration is None else run.duration
    return Line(
        id=run.id,
        short=run.id[-SHORT:],
        name=run.name or run.id[-SHORT:],
        href=f"/runs/{quote(run.id, safe='')}",
        status=run.status,
        error=run.error or "",
        experiment=run.experiment,
        of_experiment=only("experiment", run.experiment),
        author=run.created_by or "",
        of_author=only("created_by", run.created_by),
        when=words.moment(run.started_at, now=now),
        precise=words.precise(run.started_at),
        lasted=words.duration(lasted),
        fold=Fold(at.unfold(run.id), row.children, run.id in at.open) if has_fold else None,
        parent=run.parent_run_id if run.parent_run_id in at.open else None,
    )
