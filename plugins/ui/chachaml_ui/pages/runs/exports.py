"""Addresses of exports: of the runs that a list shows, as a query of the language."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from chachaml_kernel.domain.language.printing import printed
from chachaml_kernel.domain.language.tree import (
    Comparison,
    Expression,
    Field,
    FieldName,
    Value,
    all_of,
    any_of,
)
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.domain.values import number_of
from msgspec import Struct

SUBJECTS = {"runs": "Runs", "metrics": "Points of their metrics"}


class Download(Struct, frozen=True):
    """A table to save: what is in it, its format, and its address."""

    title: str
    what: str
    format: str
    href: str


def downloads(query: RunQuery, formats: Sequence[str]) -> Sequence[Download]:
    """Return the tables of all runs that `query` describes, in each format."""
    chosen = text(query)
    return [
        Download(
            title=title,
            what=what,
            format=format,
            href="/api/export?" + urlencode({"what": what, "format": format, "q": chosen}),
        )
        for what, title in SUBJECTS.items()
        for format in formats
    ]


def text(query: RunQuery) -> str:
    """Return a query of the language for the same runs, wherever a list of them begins.

    Children that a list folds under their parents are among them.
    """
    return printed(all_of(*_parts(query)))


def _parts(query: RunQuery) -> Iterator[Expression]:
    equal: dict[FieldName, str | None] = {
        "experiment": query.experiment,
        "status": query.status,
        "user": query.created_by,
        "name": query.name,
        "parent": query.parent_run_id,
    }
    yield from (_equal(Field(name), text) for name, text in equal.items() if text is not None)
    yield from (_equal(Field("tag", key), text) for key, text in query.tags.items())
    yield from (_param(key, text) for key, text in query.params.items())
    if query.where is not None:
        yield query.where
    # An export leaves archived runs out unless its query speaks of them.
    wanted = (True, False) if query.archived is None else (query.archived,)
    yield any_of(*(_equal(Field("archived"), value) for value in wanted))


def _param(key: str, text: str) -> Expression:
    field, number = Field("param", key), number_of(text)
    as_text = _equal(field, text)
    return as_text if number is None else any_of(as_text, _equal(field, number))


def _equal(field: Field, value: Value) -> Expression:
    return Comparison(field, "=", (value,))
