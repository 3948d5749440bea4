"""Where a query of the language is wrong, as a reader sees it."""

from dataclasses import dataclass

from chachaml_kernel.domain.language.misread import Misread

AROUND = 40
"""Characters that are shown on either side of the wrong one."""


@dataclass(frozen=True, slots=True)
class Wrong:
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
