"""The port of exporters: a table in, the bytes of a file out."""

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from chachaml_kernel.domain.values import JsonValue


class Column(Struct, frozen=True):
    """A column's name and what its cells are; every cell may be none.

    `time` is milliseconds since the epoch; `any` is any JSON value.
    """

    name: str
    kind: Literal["text", "integer", "number", "boolean", "time", "any"]


class Table(Struct, frozen=True):
    """Columns, and rows in batches as they come; each row has one cell a column."""

    columns: Sequence[Column]
    batches: AsyncIterator[Sequence[Sequence[JsonValue]]]


class Exporter(Protocol):
    """Writes tables in one format, streaming: memory does not grow with the table."""

    @property
    def format(self) -> str:
        """The name that users ask for, such as `csv`; unique among the exporters."""
        ...

    @property
    def content_type(self) -> str:
        """The media type of what `write` returns."""
        ...

    def write(self, table: Table) -> AsyncIterator[bytes]:
        """Yield the file, a piece at a time, as the batches of `table` come.

        NaN and infinities are kept as such where the format can say them, and otherwise as the
        words `NaN`, `Infinity` and `-Infinity`.
        """
        ...
