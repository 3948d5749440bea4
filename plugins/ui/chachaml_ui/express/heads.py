"""Heads of requests that can be read in one way only.

What is not of this form is no fault, it is just not read here. The grammar is a part of that of
RFC 9112: single spaces, lines that end with CR LF, nothing folded, bodies by their length alone. So
whoever else reads such a request finds its end where we do.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

END = b"\r\n\r\n"
"""What ends a head, and is not a part of it."""
LONGEST = 8_000
"""Bytes of a plain head at most, which no reader finds too long."""
ELSEWHERE = frozenset({"transfer-encoding", "upgrade", "expect", "trailer"})
"""Headers that say that the body, or what comes behind it, is not what it seems."""

_first = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) ([!-~]+) HTTP/1\.1")
_header = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?((?:[!-~](?:[ -~]*[!-~])?)?)")
_length = re.compile(r"[0-9]{1,18}")


class Head(Struct, frozen=True):
    """A plain head: `headers` have names in lower case, and `length` is that of the body."""

    method: str
    target: str
    headers: Mapping[str, str]
    length: int


def read_head(raw: bytes) -> Head | None:
    """Return what a head says, or None if it is not plain."""
    if len(raw) > LONGEST:
        return None
    first, *lines = raw.decode("latin-1").split("\r\n")
    asked = _first.fullmatch(first)
    if asked is None:
        return None
    headers: dict[str, str] = {}
    for line in lines:
        header = _header.fullmatch(line)
        if header is None:
            return None
        name = header[1].lower()
        if name in ELSEWHERE or name in headers:
            return None
        headers[name] = header[2]
    length = headers.get("content-length", "0")
    if not _length.fullmatch(length) or headers.get("connection", "").lower() not in KEPT:
        return None
    return Head(asked[1], asked[2], headers, int(length))


KEPT = frozenset({"", "keep-alive"})
"""What `Connection` may say of a connection that is kept."""
