"""The address of a comparison: which runs in which order, and how they are shown."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlencode

from msgspec import Meta, Struct
from multidict import MultiMapping

from chachaml_ui.api.queries import query_reader
from chachaml_ui.pages.address import without_blanks
from chachaml_ui.pages.chart_choices import ChartChoices

Figure: TypeAlias = Literal["latest", "min", "max"]
"""Which one of a metric's values is shown."""

ROWS = 100
"""How many keys of a kind are shown unless more are asked for."""
MAX_ROWS = 10_000


class Asked(ChartChoices, frozen=True, forbid_unknown_fields=True):
    """The query string of a comparison.

    `only` hides what is the same for all, `find` all keys without that text; `add` is the id or the
    name of one more run.
    """

    ids: str = ""
    baseline: str | None = None
    show: Figure = "latest"
    only: bool = False
    find: str = ""
    rows: Annotated[int, Meta(ge=1, le=MAX_ROWS)] = ROWS
    add: str = ""


_read = query_reader(Asked)


class Address(Struct, frozen=True):
    """An address, taken apart, and the addresses that lead on from it."""

    asked: Asked
    ids: Sequence[str]
    given: Mapping[str, str]

    def link(self, **changes: str | int | None) -> str:
        """Return this address with some changes, none for left out."""
        kept = {**self.given, "ids": ",".join(self.ids), "add": None, **changes}
        query = urlencode({name: text for name, text in kept.items() if text}, safe=",")
        return f"/compare?{query}" if query else "/compare"

    def of(self, ids: Sequence[str]) -> str:
        """Return the address of a comparison of other runs, shown alike."""
        gone = self.asked.baseline is not None and self.asked.baseline not in ids
        changes: dict[str, str | None] = {"baseline": None} if gone else {}
        return self.link(ids=",".join(ids), **changes)

    def without(self, run_id: str) -> str:
        """Return the address without one of the runs."""
        return self.of([each for each in self.ids if each != run_id])

    def swapped(self, run_id: str, other: str) -> str:
        """Return the address with two runs in each other's places."""
        places = {run_id: other, other: run_id}
        return self.of([places.get(each, each) for each in self.ids])

    def plus(self, run_id: str) -> str:
        """Return the address with one more run."""
        return self.of(list(dict.fromkeys([*self.ids, run_id])))

    def hidden(self, *names: str) -> Mapping[str, str]:
        """Return the parameters but `names`, for a form that has fields for those."""
        kept = {**self.given, "ids": ",".join(self.ids)}
        return {key: text for key, text in kept.items() if text and key not in names}


def read_address(query: MultiMapping[str]) -> Address:
    """Return the address with this query string; an id that is there twice counts once."""
    given = without_blanks(query)
    asked = _read(given)
    ids = dict.fromkeys(text for each in asked.ids.split(",") if (text := each.strip()))
    return Address(asked, tuple(ids), dict(given))
