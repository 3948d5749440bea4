"""HTML from texts of others, of which only prose and maths are kept."""

from collections.abc import Mapping

import nh3
from markupsafe import Markup

_MATHML = frozenset(
    {
        "math",
        "merror",
        "mfrac",
        "mi",
        "mmultiscripts",
        "mn",
        "mo",
        "mover",
        "mpadded",
        "mphantom",
        "mprescripts",
        "mroot",
        "mrow",
        "ms",
        "mspace",
        "msqrt",
        "mstyle",
        "msub",
        "msubsup",
        "msup",
        "mtable",
        "mtd",
        "mtext",
        "mtr",
        "munder",
        "munderover",
        "none",
    }
)
_PROSE = frozenset(
    {
        "a",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    }
)
_ATTRIBUTES: Mapping[str, set[str]] = {
    "a": {"href", "title"},
    "ol": {"start"},
    "code": {"class"},
    "div": {"class"},
    "td": {"class"},
    "th": {"class"},
    "math": {"display"},
    "mo": {"fence", "form", "largeop", "lspace", "maxsize", "minsize", "movablelimits", "rspace"}
    | {"separator", "stretchy", "symmetric"},
    "mi": {"mathvariant"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mfrac": {"linethickness"},
    "mspace": {"width"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtd": {"columnspan", "rowspan"},
}
_SCHEMES = frozenset({"http", "https", "mailto"})


def sanitised(html: str) -> Markup:
    """Return `html` without what is not prose or maths, or could act: scripts, styles, images.

    Links lead to the web, to mail or to pages of this server, and vouch for nothing.
    """
    return Markup(
        nh3.clean(
            html,
            tags=set(_PROSE | _MATHML),
            attributes={name: set(allowed) for name, allowed in _ATTRIBUTES.items()},
            url_schemes=set(_SCHEMES),
            link_rel="noopener nofollow",
        )
    )
