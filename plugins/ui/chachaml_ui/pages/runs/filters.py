"""What a list of runs is filtered for, in words and as links."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.query import RunQuery, Sort
from chachaml_kernel.domain.runs import RunRow, RunStatus
from msgspec import Struct

from chachaml_ui.pages.runs.address import Address

T = TypeVar("T")

IN_FORM = ("experiment", "q")
IN_TABS = ("status", "archived")
WORDS = {"created_by": "by", "parent_run_id": "children of"}
"""What parameters are called by people."""
FOLDED_SORTS = ("started_at", "name", "status", "duration")
"""Who sorts by what runs have looks for single runs, wherever they are."""
OFFERED = 30
"""Values of a filter that are offered."""


class Choice(Struct, frozen=True):
    """A filter: what it is called, the address with it or without it, and how many runs have it."""

    name: str
    value: str
    href: str
    count: int
    is_chosen: bool = False


class Tab(Struct, frozen=True):
    """The runs of one status."""

    name: str
    glyph: str
    count: int
    href: str
    is_here: bool


def tabs(at: Address, counts: RunCounts) -> Sequence[Tab]:
    """Return the statuses, each with how many runs have it."""
    query = at.query
    everything = Tab(
        name="All",
        glyph="",
        count=counts.total,
        href=at.link(status=None, archived=None),
        is_here=query.status is None and query.archived is False,
    )
    archived = Tab(
        name="Archived",
        glyph="archived",
        count=counts.archived,
        href=at.link(status=None, archived="true"),
        is_here=query.archived is True,
    )
    of_status = [
        Tab(
            name=status.capitalize(),
            glyph=status,
            count=getattr(counts, status),
            href=at.link(status=status, archived=None),
            is_here=query.status == status and query.archived is False,
        )
        for status in RunStatus
    ]
    return [everything, *of_status, archived]


def shown(query: RunQuery, counts: RunCounts) -> int | None:
    """Return how many runs `query` describes, by its counts; none where they do not say."""
    if query.archived is False:
        return counts.total if query.status is None else int(getattr(counts, query.status))
    return counts.archived if query.archived and query.status is None else None


def chips(at: Address, without: Iterable[str] = (*IN_FORM, *IN_TABS)) -> Sequence[Choice]:
    """Return what the runs are chosen by, each with the address that leaves it out."""
    return [
        Choice(WORDS.get(name, name), text, at.link(**{name: None}), 0)
        for name, text in at.filters.items()
        if name not in without
    ]


def authors(at: Address, rows: Sequence[RunRow]) -> Sequence[Choice]:
    """Return who started these runs, most of them first."""
    names = [row.run.created_by for row in rows if row.run.created_by]
    return [
        Choice("created_by", name, at.link(created_by=name), count, at.query.created_by == name)
        for name, count in _most_first(names)
    ]


def tags(at: Address, rows: Sequence[RunRow]) -> Sequence[Choice]:
    """Return the tags of these runs, most of them first."""
    pairs = [pair for row in rows for pair in row.tags.items()]
    return [
        Choice(key, value, at.link(**{f"tag.{key}": value}), count, at.query.tags.get(key) == value)
        for (key, value), count in _most_first(pairs)
    ]


def is_folded(at: Address) -> bool:
    """Tell whether children stand under their parents: where nothing else could hide them.

    Parents and children are archived apart, so a list of archived runs is flat.
    """
    if at.query.archived is not False:
        return False
    if "roots" in at.asked:
        return at.query.roots
    is_any = at.filters.keys() <= {"experiment", "archived"}
    return is_any and at.query.sort.by in FOLDED_SORTS


def ordering(sort: Sort) -> str:
    """Say how a list is ordered."""
    if sort.by == "started_at":
        return "newest first" if sort.descending else "oldest first"
    name = f"{sort.by} {sort.key}".strip()
    return f"by {name}, {'descending' if sort.descending else 'ascending'}"


def hidden(asked: Mapping[str, str], *without: str) -> Mapping[str, str]:
    """Return what a form has to send along: all parameters but its own and the page."""
    left_out = {*without, "cursor", "open"}
    return {name: text for name, text in asked.items() if name not in left_out}


def _most_first(values: Iterable[T]) -> Sequence[tuple[T, int]]:
    return Counter(values).most_common(OFFERED)
