"""Runs in groups: what their metrics come to, ready to be written."""

from collections import Counter
from collections.abc import Sequence

from chachaml_kernel.domain.direction import best_of
from chachaml_kernel.domain.groups import (
    MAX_KEYS,
    Group,
    GroupBy,
    Grouping,
    Spread,
    parse_by,
)
from chachaml_kernel.domain.language.printing import printed
from chachaml_kernel.domain.language.tree import Comparison, Field, FieldName, Missing, all_of
from chachaml_kernel.domain.runs import RunRow
from chachaml_kernel.domain.values import number_text, text_of
from msgspec import Struct

from chachaml_ui.pages.figures import decimals, figure
from chachaml_ui.pages.runs.address import Address
from chachaml_ui.pages.runs.cells import LONGEST, TITLE
from chachaml_ui.pages.runs.columns import Column
from chachaml_ui.pages.runs.table import Direction

WORDS: dict[GroupBy, str] = {"experiment": "Experiment", "status": "Status", "created_by": "By"}
FIELDS: dict[GroupBy, FieldName] = {"created_by": "user"}
"""What the query language calls what it calls differently."""


class Choice(Struct, frozen=True):
    """Something to group by."""

    by: str
    name: str
    key: str
    href: str
    is_chosen: bool


class Summed(Struct, frozen=True):
    """A metric of a group: its mean, how far values lie from it, and the best one.

    `left_out` are the values that are no numbers.
    """

    mean: str = ""
    deviation: str = ""
    left_out: int = 0
    title: str = ""
    best: str = ""
    is_best: bool = False


class GroupLine(Struct, frozen=True):
    """One group: the value its runs share, the address of a list of them, and their metrics."""

    label: str
    title: str
    is_missing: bool
    href: str
    count: int
    metrics: Sequence[Summed]


def grouping(at: Address, by: str, rows: Sequence[RunRow]) -> Grouping:
    """Return what the address groups by, and describes groups by: the metrics among its columns.

    Where it names none, they are the headline metrics of `rows`, those that most have first. Raises
    `Invalid`.
    """
    group_by, key = parse_by(by)
    chosen = [column.key for column in at.columns if column.kind == "metric"]
    usual = Counter(row.headline.key for row in rows if row.headline is not None)
    metrics = (chosen or [key for key, _ in usual.most_common()])[:MAX_KEYS]
    sort = at.query.sort
    is_sorted = sort.by == "metric" and sort.key in metrics
    return Grouping(
        by=group_by,
        key=key,
        metrics=metrics,
        sort=sort.key if is_sorted else None,
        descending=sort.descending if is_sorted else True,
    )


def ordering(grouping: Grouping) -> str:
    """Say how groups are ordered."""
    if grouping.sort is None:
        return "most runs first"
    return f"by metric {grouping.sort}, {'descending' if grouping.descending else 'ascending'}"


def choices(at: Address, columns: Sequence[Column]) -> Sequence[Choice]:
    """Return what the runs could be grouped by: facts of theirs, and some params and tags."""
    facts = [(by, name, "") for by, name in WORDS.items()]
    keyed = [(column.name, column.kind, column.key) for column in columns]
    return [
        Choice(by, name, key, at.link(group=by, sort=None, order=None), is_chosen=by == at.group)
        for by, name, key in [*facts, *(one for one in keyed if one[1] != "metric")]
    ]


def group_lines(
    at: Address, grouping: Grouping, groups: Sequence[Group], direction: Direction
) -> Sequence[GroupLine]:
    """Return groups as a page shows them."""
    columns = [_summed(key, groups, higher=direction(key)) for key in grouping.metrics]
    return [
        GroupLine(
            label=text[:LONGEST],
            title=text[:TITLE],
            is_missing=group.missing,
            href=_only(at, grouping, None if group.missing else text),
            count=group.count,
            metrics=[column[place] for column in columns],
        )
        for place, group in enumerate(groups)
        for text in [text_of(group.label)]
    ]


def _summed(key: str, groups: Sequence[Group], *, higher: bool | None) -> Sequence[Summed]:
    """Return a metric of all groups, with the same decimals; the best value of all is marked."""
    spreads = [group.metrics.get(key) for group in groups]
    bests = [_best(spread, higher) for spread in spreads]
    found = [value for value in bests if value is not None]
    means = [one.mean for one in spreads if one is not None and one.mean is not None]
    # A mean of whole numbers is none.
    places, best = max(1, decimals([*found, *means])), best_of(found, higher=higher)
    return [
        Summed()
        if spread is None
        else Summed(
            mean="" if spread.mean is None else figure(spread.mean, places),
            deviation="" if spread.deviation is None else figure(spread.deviation, places),
            left_out=spread.left_out,
            title=_title(spread),
            best="" if value is None else figure(value, places),
            is_best=value is not None and value == best,
        )
        for spread, value in zip(spreads, bests, strict=True)
    ]


def _best(spread: Spread | None, higher: bool | None) -> float | None:
    if spread is None or higher is None:
        return None
    return spread.greatest if higher else spread.least


def _title(spread: Spread) -> str:
    means = [] if spread.mean is None else [f"{number_text(spread.mean)} over {spread.count}"]
    left_out = [f"{spread.left_out} left out that are no numbers"] if spread.left_out else []
    return ", ".join([*means, *left_out])


def _only(at: Address, grouping: Grouping, text: str | None) -> str:
    """Return the address of the list of a group's runs; of those without a value if none."""
    name = f"{grouping.by}.{grouping.key}" if grouping.key else grouping.by
    if text:
        return at.link(group=None, **{name: text})
    field = Field(FIELDS.get(grouping.by, grouping.by), grouping.key)  # type: ignore[arg-type]
    # An address cannot say that a parameter is empty, but a query can.
    wanted = Missing(field) if text is None else Comparison(field, "=", ("",))
    where = at.query.where
    return at.link(group=None, q=printed(wanted if where is None else all_of(where, wanted)))
