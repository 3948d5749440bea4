"""Which runs a query string asks for."""

from typing import Annotated, Literal

from chachaml_kernel.domain.language.parser import parse
from chachaml_kernel.domain.language.tree import Expression, fields_of
from chachaml_kernel.domain.query import MetricCondition, RunQuery, parse_operator, parse_sort
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.errors import Invalid
from msgspec import Meta, field
from msgspec.structs import replace

from chachaml_ui.api.queries import Page, read_number

SORT_PATTERN = r"^(started_at|name|status|duration|headline|(metric|param|tag)\..+)$"
NUMBER_PATTERN = r"^(-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|NaN|-?Infinity)$"
ARCHIVED = {"true": True, "false": False, "any": None}

Status = Annotated[str, Meta(extra_json_schema={"enum": [*RunStatus]})]
NumberText = Annotated[
    str,
    Meta(
        description="A number, `NaN`, `Infinity` or `-Infinity`",
        examples=["0.9"],
        extra_json_schema={"pattern": NUMBER_PATTERN},
    ),
]
OperatorText = Annotated[
    str, Meta(extra_json_schema={"enum": [">", ">=", "<", "<=", "=", "!="]}, examples=[">"])
]


Query = Annotated[
    str,
    Meta(
        description="A query in the language for runs",
        examples=["metric.loss < 0.1 and status = completed"],
    ),
]


class Runs(Page, frozen=True, forbid_unknown_fields=True):
    """Which runs, and in which order."""

    q: Query | None = None
    experiment: str | None = None
    status: Status | None = None
    created_by: str | None = None
    name: str | None = None
    parent_run_id: str | None = None
    roots: Literal["true", "false"] = "false"
    archived: Annotated[str, Meta(extra_json_schema={"enum": [*ARCHIVED]})] | None = None
    sort: Annotated[
        str,
        Meta(
            description="started_at, name, status, duration, headline, metric.K, param.K or tag.K",
            extra_json_schema={"pattern": SORT_PATTERN},
        ),
    ] = "started_at"
    order: Annotated[str, Meta(extra_json_schema={"enum": ["asc", "desc"]})] | None = None
    tags: dict[str, str] = field(default_factory=dict, name="tag.")
    params: dict[str, str] = field(default_factory=dict, name="param.")


class Search(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which value the latest point of a metric must have."""

    metric_key: str
    op: OperatorText
    metric_value: NumberText
    experiment: str | None = None


def runs_query(asked: Runs) -> RunQuery:
    """Return the query that a list of runs answers."""
    sort = parse_sort(asked.sort, asked.order)
    where = read_query(asked.q)
    return RunQuery(
        experiment=asked.experiment,
        status=read_status(asked.status),
        created_by=asked.created_by,
        name=asked.name,
        parent_run_id=asked.parent_run_id,
        roots=asked.roots == "true",
        tags=asked.tags,
        params=asked.params,
        archived=read_archived(asked.archived, where),
        where=where,
        sort=sort,
        limit=asked.limit,
        after=asked.after(str(sort)),
    )


def read_query(text: str | None) -> Expression | None:
    """Return what a query in the language says, if it says anything; raise `Misread`."""
    return None if text is None else parse(text)


def read_archived(text: str | None, where: Expression | None) -> bool | None:
    """Return whether archived runs are wanted: no, unless `text` or the query speaks of them."""
    if text is None:
        fields = () if where is None else fields_of(where)
        return None if any(field.name == "archived" for field in fields) else False
    if text not in ARCHIVED:
        raise Invalid(f"archived is {text!r}; use one of {', '.join(ARCHIVED)}")
    return ARCHIVED[text]


def search_query(asked: Search) -> RunQuery:
    """Return the query that a metric search answers."""
    query, metric = threshold_query(asked)
    sort = parse_sort("started_at")
    return replace(query, metric=metric, sort=sort, limit=asked.limit, after=asked.after(str(sort)))


def threshold_query(asked: Search) -> tuple[RunQuery, MetricCondition]:
    """Return the runs that a metric search is about, and what it wants of them."""
    value = read_number("metric_value", asked.metric_value)
    metric = MetricCondition(asked.metric_key, parse_operator(asked.op), value)
    return RunQuery(experiment=asked.experiment), metric


def read_status(text: str | None) -> RunStatus | None:
    """Return the status that `text` names, if it names one; raise `Invalid` if it should."""
    if text is None:
        return None
    try:
        return RunStatus(text)
    except ValueError:
        raise Invalid(f"no status is named {text!r}; use one of {', '.join(RunStatus)}") from None
