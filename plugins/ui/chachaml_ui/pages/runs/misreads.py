"""Where a query of the language is wrong, as a reader sees it."""

import re

from chachaml_kernel.domain.language.misread import Misread
from chachaml_kernel.domain.language.parser import parse
from chachaml_kernel.domain.language.values import quoted
from msgspec import Struct

AROUND = 40
"""Characters that are shown on either side of the wrong one."""


_OPERATOR = re.compile(r"[<>=~()\"']|\b(is|in|not)\b", re.IGNORECASE)


class Wrong(Struct, frozen=True):
    """The part of a query around its wrong character, and what points at that from below.

    `named` is the query for the runs whose names contain what was typed, where that may be meant: a
    text without any operator is no condition.
    """

    text: str
    pointer: str
    fault: str
    named: str | None


def wrong(query: str, misread: Misread) -> Wrong:
    """Return what of a query is wrong."""
    begin = max(0, misread.at - AROUND)
    cut = query[begin : misread.at + AROUND]
    before, after = "…" * (begin > 0), "…" * (begin + len(cut) < len(query))
    return Wrong(
        text=f"{before}{cut}{after}",
        pointer=" " * (len(before) + misread.at - begin) + "^ ",
        fault=misread.fault,
        named=_named(query),
    )


def _named(typed: str) -> str | None:
    named = f"name ~ {quoted(typed.strip())}"
    try:
        parse(named)
    except Misread:
        return None  # no name is so long
    return None if _OPERATOR.search(typed) else named
