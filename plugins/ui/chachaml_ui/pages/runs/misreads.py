"""Where a query of the language is wrong, as a reader sees it."""

from chachaml_kernel.domain.language.misread import Misread
from msgspec import Struct

AROUND = 40
"""Characters that are shown on either side of the wrong one."""


class Wrong(Struct, frozen=True):
    """The part of a query around its wrong character, and what points at that from below."""

    text: str
    pointer: str
    fault: str


def wrong(query: str, misread: Misread) -> Wrong:
    """Return what of a query is wrong."""
    begin = max(0, misread.at - AROUND)
    cut = query[begin : misread.at + AROUND]
    before, after = "…" * (begin > 0), "…" * (begin + len(cut) < len(query))
    return Wrong(
        text=f"{before}{cut}{after}",
        pointer=" " * (len(before) + misread.at - begin) + "^ ",
        fault=misread.fault,
    )
