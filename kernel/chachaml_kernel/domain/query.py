"""What can be asked of the list of runs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, TypeAlias, get_args

from msgspec import Struct, field
from msgspec.structs import replace

from chachaml_kernel.domain.language.fields import KEYED
from chachaml_kernel.domain.language.tree import Expression, dated
from chachaml_kernel.domain.paging import DEFAULT_LIMIT, Position
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import Invalid

SortBy: TypeAlias = Literal[
    "started_at", "name", "status", "duration", "headline", "metric", "param", "tag"
]
LARGEST_FIRST = ("started_at", "duration", "headline", "metric")


class Sort(Struct, frozen=True):
    """The order of a list of runs; rows without the value come last, equal ones newest first.

    A metric that is NaN comes behind those that are numbers, in both directions.
    """

    by: SortBy = "started_at"
    key: str = ""
    descending: bool = True

    def __str__(self) -> str:
        """Return the order as one text, which names it in cursors."""
        name = f"{self.by}.{self.key}" if self.by in KEYED else self.by
        return f"{name} {'desc' if self.descending else 'asc'}"


class Operator(StrEnum):
    """How a metric's latest value is compared."""

    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    EQUAL = "="
    NOT_EQUAL = "!="


class MetricCondition(Struct, frozen=True):
    """Satisfied by a run whose latest value of `key` compares so to `value`; NaN never does."""

    key: str
    op: Operator
    value: float


class RunQuery(Struct, frozen=True, kw_only=True):
    """Which runs, in which order, from where, and how many.

    `archived` none means both. `roots` are runs without a parent that is not archived. A param
    matches the text of its value, or its number. `headline` are the preferred keys, first one
    first. `where` is what must hold beside all else; no time in it is relative to now.
    """

    experiment: str | None = None
    status: RunStatus | None = None
    created_by: str | None = None
    name: str | None = None
    parent_run_id: str | None = None
    roots: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    archived: bool | None = False
    metric: MetricCondition | None = None
    where: Expression | None = None
    sort: Sort = field(default_factory=Sort)
    headline: tuple[str, ...] = ()
    limit: int = DEFAULT_LIMIT
    after: Position | None = None


def at_time(query: RunQuery, now: int) -> RunQuery:
    """Return a query in which what is relative to `now` is a time."""
    return query if query.where is None else replace(query, where=dated(query.where, now))


def parse_sort(text: str, order: str | None = None) -> Sort:
    """Return the sort that `sort=text&order=order` asks for, else raise `Invalid`.

    Without an order, times and numbers of metrics come largest first, all else smallest first.
    """
    by, _, key = text.partition(".")
    if by not in get_args(SortBy) or bool(key) != (by in KEYED):
        raise Invalid(
            f"cannot sort by {text!r}; use started_at, name, status, duration, headline, "
            "metric.KEY, param.KEY or tag.KEY"
        )
    if order not in (None, "asc", "desc"):
        raise Invalid(f"order is {order!r}; use 'asc' or 'desc'")
    descending = by in LARGEST_FIRST if order is None else order == "desc"
    return Sort(by, key, descending)  # type: ignore[arg-type]  # checked just above


def parse_operator(text: str) -> Operator:
    """Return the operator that `text` is, else raise `Invalid` with the allowed ones."""
    try:
        return Operator(text)
    except ValueError:
        allowed = " ".join(Operator)
        raise Invalid(f"no operator {text!r}; use one of {allowed}, percent-encoded") from None
