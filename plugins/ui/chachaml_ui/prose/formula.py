"""Maths: from LaTeX to MathML Core, within bounds."""

import re
from html import unescape
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

LONGEST = 1_000
"""Characters of a formula; a longer one is not converted."""

_MACROS = re.compile(r"\\(def|let|(re)?new|provide|declare)", re.IGNORECASE)
"""What defines macros, which could grow without end."""


def mathml(latex: str, *, is_block: bool) -> str | None:
    """Return the MathML of a formula; none if it is malformed, too long or defines macros.

    What it returns is well-formed, but may hold attributes that a page must not have.
    """
    if len(latex) > LONGEST or _MACROS.search(latex):
        return None
    source = latex.replace("{aligned}", "{split}")  # the same, under the name that is known
    try:
        tree = convert_to_element(source, display="block" if is_block else "inline")
        _resolve(tree)
        return tostring(tree, encoding="unicode")
    except Exception:  # the converter's errors have no type in common, and many have none
        return None


def _resolve(tree: Element) -> None:
    """Make characters of the references that the converter writes into texts."""
    for element in tree.iter():
        if element.text is not None:
            element.text = unescape(element.text)
