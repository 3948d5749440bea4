"""Reading runs in memory: which ones, in which order, and what is shown of them."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

from chachaml_kernel.domain.direction import gets_better
from chachaml_kernel.domain.language.meaning import Subject, holds
from chachaml_kernel.domain.paging import Page, damaged_cursor
from chachaml_kernel.domain.query import MetricCondition, Operator, RunQuery, Sort
from chachaml_kernel.domain.runs import Headline, Run, RunDetail, RunRow
from chachaml_kernel.domain.values import JsonValue, number_of, text_of
from chachaml_kernel.memory.metrics import latest, summary
from chachaml_kernel.memory.models import registered_from
from chachaml_kernel.memory.state import Memory, RunRecord

NUMBER, TEXT, NAN, MISSING = range(4)

Place: TypeAlias = tuple[int, Any, int, str]
"""Where a run stands in a list: kind of sort value, sort value, start, id."""

COMPARE: Mapping[Operator, Callable[[float, float], bool]] = {
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
}


def list_runs(memory: Memory, query: RunQuery) -> Page[RunRow]:
    """Return one page of the runs that `query` describes."""
    records = {place(record, query): record for record in matching(memory, query)}
    after = None if query.after is None else as_place(query.after)
    places = in_order({*records, *([] if after is None else [after])}, query.sort)
    if after is not None:
        places = places[places.index(after) + 1 :]
    shown = places[: query.limit]
    return Page(
        [row(memory, records[one], query) for one in shown],
        shown[-1] if len(places) > len(shown) else None,
    )


def as_place(position: Sequence[Any]) -> Place:
    """Return the place that a position of ours is; raise `Invalid` if it is none."""
    if len(position) == 4:
        kind, value, started_at, run_id = position
        fits = isinstance(value, str) if kind == TEXT else isinstance(value, int | float)
        own = isinstance(started_at, int) and isinstance(run_id, str)
        if fits and own and kind in range(4):
            return kind, value, started_at, run_id
    raise damaged_cursor()


def place(record: RunRecord, query: RunQuery) -> Place:
    """Return where a run stands in the list that `query` describes."""
    value = sort_value(record, query)
    if value is None or value != value:
        kind, value = MISSING if value is None else NAN, 0
    else:
        kind = TEXT if isinstance(value, str) else NUMBER
    return kind, value, record.run.started_at, record.run.id


def in_order(places: set[Place], sort: Sort) -> list[Place]:
    """Return `places` in order: by kind, then by value, and equal ones newest first."""
    newest = sorted(places, key=lambda one: one[2:], reverse=True)
    return [
        one
        for kind in (NUMBER, TEXT, NAN, MISSING)
        for one in sorted(
            (one for one in newest if one[0] == kind),
            key=lambda one: one[1],
            reverse=sort.descending,
        )
    ]


def sort_value(record: RunRecord, query: RunQuery) -> str | float | None:
    """Return what `query` sorts a run by; none where the run has it not."""
    by, key = query.sort.by, query.sort.key
    if by == "metric":
        return latest(record.series[key]) if key in record.series else None
    if by == "param":
        return param_value(record.params[key]) if key in record.params else None
    if by == "tag":
        return record.tags.get(key)
    if by == "headline":
        shown = headline(record, query.headline)
        return None if shown is None else shown.value
    value: str | int | None = getattr(record.run, by)
    return value


def param_value(value: JsonValue) -> str | float:
    """Return what a param is sorted by: its number, else its text."""
    return value if is_number(value) else text_of(value)


def is_number(value: JsonValue) -> TypeGuard[int | float]:
    """Tell whether a JSON value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def matching(memory: Memory, query: RunQuery) -> list[RunRecord]:
    """Return all runs that `query` describes, whatever its order and limit."""
    return [record for record in memory.runs.values() if matches(memory, record, query)]


def matches(memory: Memory, record: RunRecord, query: RunQuery) -> bool:
    """Tell whether a run is one that `query` describes."""
    wanted = ("experiment", "status", "created_by", "name", "parent_run_id", "archived")
    return (
        all(getattr(query, one) in (None, getattr(record.run, one)) for one in wanted)
        and not (query.roots and is_under_another(memory, record.run))
        and all(record.tags.get(key) == value for key, value in query.tags.items())
        and all(param_matches(record, key, value) for key, value in query.params.items())
        and (query.metric is None or satisfies(record, query.metric))
        and (query.where is None or holds(query.where, subject(record, query.headline)))
    )


def is_under_another(memory: Memory, run: Run) -> bool:
    """Tell whether a run has a parent that is not archived."""
    parent = memory.runs.get(run.parent_run_id or "")
    return parent is not None and not parent.run.archived


def subject(record: RunRecord, preferred: Sequence[str]) -> Subject:
    """Return what of a run a query may ask for."""
    shown = headline(record, preferred)
    return Subject(
        run=record.run,
        params=record.params,
        metrics={key: summary(key, series) for key, series in record.series.items()},
        tags=record.tags,
        note=record.note,
        headline=None if shown is None else shown.value,
    )


def param_matches(record: RunRecord, key: str, wanted: str) -> bool:
    """Tell whether a run has a param of that text, or of the same number."""
    if key not in record.params:
        return False
    value = record.params[key]
    return text_of(value) == wanted or (is_number(value) and value == number_of(wanted))


def satisfies(record: RunRecord, condition: MetricCondition) -> bool:
    """Tell whether the latest value of a metric compares as asked; NaN never does."""
    if condition.key not in record.series:
        return False
    value = latest(record.series[condition.key])
    if math.isnan(value) or math.isnan(condition.value):
        return False
    return COMPARE[condition.op](value, condition.value)


def headline(record: RunRecord, preferred: Sequence[str]) -> Headline | None:
    """Return the headline of a run: the first preferred key, else the one logged last.

    What gets better neither way leads only where there is nothing else.
    """
    if not record.series:
        return None
    last_logged = [*filter(gets_better, record.series)] or [*record.series]
    key = next((key for key in preferred if key in record.series), last_logged[-1])
    metric = summary(key, record.series[key])
    return Headline(key, metric.value, metric.step)


def row(memory: Memory, record: RunRecord, query: RunQuery) -> RunRow:
    """Return a run as lists show it."""
    values = {key: latest(series) for key, series in record.series.items()}
    return RunRow(
        run=record.run,
        params=dict(record.params),
        tags=dict(record.tags),
        latest=values,
        headline=headline(record, query.headline),
        matched=None if query.metric is None else values[query.metric.key],
        children=sum(not child.archived for child in children_of(memory, record.run.id)),
    )


def detail(memory: Memory, record: RunRecord, *, preferred: Sequence[str]) -> RunDetail:
    """Return a run whole."""
    return RunDetail(
        run=record.run,
        params=dict(record.params),
        metrics=[summary(key, record.series[key]) for key in sorted(record.series)],
        headline=headline(record, preferred),
        tags=dict(record.tags),
        artifacts=sorted(record.artifacts.values(), key=lambda one: one.created_at, reverse=True),
        datasets=sorted(record.datasets, key=lambda one: (one.created_at, one.id), reverse=True),
        env=dict(record.env),
        note=record.note,
        note_saved=record.note_saved,
        children=sorted(
            children_of(memory, record.run.id),
            key=lambda run: (run.started_at, run.id),
            reverse=True,
        ),
        model_versions=registered_from(memory, record.run.id),
    )


def children_of(memory: Memory, run_id: str) -> list[Run]:
    """Return the runs that name a run as their parent."""
    runs = [other.run for other in memory.runs.values()]
    return [run for run in runs if run.parent_run_id == run_id]
