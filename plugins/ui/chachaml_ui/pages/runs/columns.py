"""Columns of the list of runs that somebody chooses: params, metrics and tags."""

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias, get_args
from urllib.parse import unquote

from chachaml_kernel.domain.runs import RunRow
from chachaml_kernel.domain.values import JsonValue, text_of
from chachaml_kernel.errors import Invalid
from msgspec import Struct

Kind: TypeAlias = Literal["param", "metric", "tag"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which a menu offers them."""

MOST = 50
"""Columns that a page shows."""
OFFERED = 100
"""Columns that a page's menu offers without a search."""
DIFFERING = 4
"""Params that a page shows where no columns are chosen."""


class Column(Struct, frozen=True):
    """What of each run a column shows: the value under a key."""

    kind: Kind
    key: str

    @property
    def name(self) -> str:
        """What sorting calls it."""
        return f"{self.kind}.{self.key}"

    @property
    def written(self) -> str:
        """What an address calls it; a comma in it would end it there, so it is escaped."""
        return self.name.replace("%", "%25").replace(",", "%2C")

    @property
    def prefix(self) -> str:
        """The key up to its last slash, which says less than what follows."""
        return self.key[: len(self.key) - len(self.last)]

    @property
    def last(self) -> str:
        """The key behind its last slash."""
        return self.key.rpartition("/")[2] or self.key


def read_columns(text: str) -> Sequence[Column]:
    """Return the columns that an address names, in its order; raise `Invalid`."""
    names = dict.fromkeys(unquote(name) for name in text.split(",") if name)
    if len(names) > MOST:
        raise Invalid(f"columns names {len(names)}; a page shows up to {MOST}, so choose fewer")
    return [read_column("column", name) for name in names]


def read_column(what: str, name: str) -> Column:
    """Return the column that `name` names, which is wanted as a `what`; raise `Invalid`."""
    kind, _, key = name.partition(".")
    if kind not in KINDS or not key:
        raise Invalid(f"no {what} is named {name!r}; use param.KEY, metric.KEY or tag.KEY")
    return Column(kind, key)


def write_columns(columns: Iterable[Column]) -> str:
    """Return what an address names these columns by."""
    return ",".join(column.written for column in columns)


def usual_columns(rows: Sequence[RunRow]) -> Sequence[Column]:
    """Return the columns of a page that names none: a few params that differ among its runs.

    Those come first that most of the runs have, then by name; lists and objects are left out.
    """
    values: dict[str, list[str]] = {}
    for row in rows:
        for key, value in row.params.items():
            if is_plain(value):
                values.setdefault(key, []).append(text_of(value))
    differing = [key for key, texts in values.items() if len(set(texts)) > 1]
    differing.sort(key=lambda key: (-len(values[key]), key))
    return [Column("param", key) for key in differing[:DIFFERING]]


def columns_of(rows: Sequence[RunRow]) -> Sequence[Column]:
    """Return the columns that have a value in some of these rows, by kind and key."""
    keys = {
        "param": {key for row in rows for key in row.params},
        "metric": {key for row in rows for key in row.latest},
        "tag": {key for row in rows for key in row.tags},
    }
    return [Column(kind, key) for kind in KINDS for key in sorted(keys[kind])]


def is_plain(value: JsonValue) -> bool:
    """Tell whether a value is neither a list nor an object."""
    return not isinstance(value, list | dict)
