"""Which of two media types a client would rather have."""

import re

_QUALITY = re.compile(r"q=(0(\.\d{0,3})?|1(\.0{0,3})?)")


def prefers(accept: str, media: str, *, over: str) -> bool:
    """Tell whether an `Accept` header (RFC 9110, 12.5.1) asks for `media` rather than for `over`.

    The better quality decides, then what is named more exactly, and else it is `over`.
    """
    wanted = _rank(accept, media)
    return wanted > _rank(accept, over) and wanted[0] > 0


def _rank(accept: str, media: str) -> tuple[float, int]:
    """Return the quality of `media`, and how exactly it is named; its most exact naming counts."""
    ranges = ("*/*", media.partition("/")[0] + "/*", media)
    named: dict[int, float] = {}
    for part in accept.lower().split(","):
        name, *parameters = map(str.strip, part.split(";"))
        if name in ranges:
            named[ranges.index(name)] = _quality(parameters)
    exactness = max(named, default=-1)
    return named.get(exactness, 0.0), exactness


def _quality(parameters: list[str]) -> float:
    matches = map(_QUALITY.fullmatch, parameters)
    return next((float(match[1]) for match in matches if match), 1.0)
