"""Server-sent events (WHATWG HTML, 9.2), whose data is JSON."""

import msgspec
from msgspec import Struct

HEARTBEAT = b"event: beat\ndata: {}\n\n"
"""Says that the connection stands; a comment would not reach the scripts of a page."""

_encoder = msgspec.json.Encoder()


def event(kind: str, told: Struct) -> bytes:
    """Return one event."""
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), _encoder.encode(told))
