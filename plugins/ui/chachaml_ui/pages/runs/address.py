"""The address of the list of runs: its query string is all the state that the page has."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from chachaml_kernel.domain.language.misread import Misread
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.errors import Invalid
from msgspec import Struct, structs
from multidict import MultiDict, MultiMapping

from chachaml_ui.api.queries import query_reader
from chachaml_ui.api.run_queries import Runs, runs_query
from chachaml_ui.pages.address import without_blanks
from chachaml_ui.pages.runs.columns import Column, read_columns

PATH = "/runs"
HOW = ("sort", "order", "limit", "cursor", "columns", "group", "open")
"""The parameters that say how runs are shown; all others choose runs."""
LOOK = ("sort", "order", "limit", "columns")
"""Those that mean the same for any runs."""
UNFOLDED = 20
"""Runs whose children a page shows."""
CHILDREN = 100
"""Children of a run that a page shows."""


class Shown(Runs, frozen=True, forbid_unknown_fields=True):
    """Which runs, in which order, and how."""

    columns: str = ""
    group: str | None = None
    open: str = ""


_read = query_reader(Shown)


class Address(Struct, frozen=True):
    """An address of the page: its parameters, and what they ask for.

    `open` are the runs whose children are shown. `misread` says why the query of the language could
    not be read, if it could not: then `query` is without it.
    """

    asked: Mapping[str, str]
    query: RunQuery
    misread: Misread | None
    columns: Sequence[Column]
    group: str | None
    open: Sequence[str]

    @property
    def filters(self) -> Mapping[str, str]:
        """The parameters that choose runs."""
        return {name: text for name, text in self.asked.items() if name not in HOW}

    @property
    def everything(self) -> str:
        """The address of all runs, in the same order and columns."""
        return written({name: text for name, text in self.asked.items() if name in LOOK})

    def link(self, **changes: str | None) -> str:
        """Return the address with some changes, none for removed; on its first page."""
        return written({**self.asked, "cursor": None, **changes})

    def without(self, name: str) -> MultiDict[str]:
        """Return the parameters but one, and from the first page on."""
        return MultiDict({**self.asked, name: "", "cursor": ""})

    def page(self, cursor: str) -> str:
        """Return the address of another page of the same list, with nothing unfolded."""
        return written({**self.asked, "cursor": cursor, "open": None})

    def unfold(self, run_id: str) -> str:
        """Return this same page with a run's children shown, or no longer shown."""
        shown = [one for one in self.open if one != run_id]
        wanted = shown if run_id in self.open else [*shown, run_id]
        return written({**self.asked, "open": ",".join(wanted)})


def read_address(query: MultiMapping[str]) -> Address:
    """Return what a query string asks for; raise `Invalid` where it asks for what is not.

    A form sends one parameter for each of the columns ticked.
    """
    parameters = without_blanks(query)
    if columns := parameters.popall("columns", []):
        parameters["columns"] = ",".join(columns)
    shown = _read(parameters)
    unfolded = list(dict.fromkeys(one for one in shown.open.split(",") if one))
    if len(unfolded) > UNFOLDED:
        raise Invalid(f"open names {len(unfolded)} runs; up to {UNFOLDED} can be unfolded")
    wanted, misread = _query(shown)
    return Address(
        asked=dict(parameters),
        query=wanted,
        misread=misread,
        columns=read_columns(shown.columns),
        group=shown.group,
        open=unfolded,
    )


def _query(shown: Shown) -> tuple[RunQuery, Misread | None]:
    try:
        return runs_query(shown), None
    except Misread as misread:
        return runs_query(structs.replace(shown, q=None)), misread


def children_of(at: Address, run_id: str) -> RunQuery:
    """Return the query for the runs that are unfolded under another one, in the list's order."""
    return RunQuery(parent_run_id=run_id, sort=at.query.sort, limit=CHILDREN)


def written(parameters: Mapping[str, str | None]) -> str:
    """Return the address with these parameters, but for those without a text."""
    kept = {name: text for name, text in parameters.items() if text}
    return f"{PATH}?{urlencode(kept)}" if kept else PATH
