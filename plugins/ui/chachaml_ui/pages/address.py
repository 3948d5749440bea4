"""The address of the list of runs: its query string is all the state that the page has."""

from collections.abc import Mapping
from urllib.parse import urlencode

from multidict import MultiDict, MultiMapping

from chachaml_ui.api.queries import query_reader
from chachaml_ui.api.run_queries import Runs

ORDERING = ("sort", "order", "limit", "cursor")
"""The parameters that do not choose runs."""

read_runs = query_reader(Runs)


def without_blanks(query: MultiMapping[str]) -> MultiDict[str]:
    """Return the parameters that have a text; a form sends its empty fields too."""
    return MultiDict((name, text) for name, text in query.items() if text)


def filters(asked: Mapping[str, str]) -> Mapping[str, str]:
    """Return the parameters that choose runs."""
    return {name: text for name, text in asked.items() if name not in ORDERING}


def link(asked: Mapping[str, str], **changes: str | None) -> str:
    """Return the address of `asked` with some changes, none for removed; on its first page."""
    wanted = {**asked, "cursor": None, **changes}
    kept = {name: text for name, text in wanted.items() if text}
    return f"/runs?{urlencode(kept)}" if kept else "/runs"
