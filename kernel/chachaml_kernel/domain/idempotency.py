"""Safe retries: a write that says which one it is takes effect once."""

import hashlib

from msgspec import Struct
from msgspec.structs import replace

from chachaml_kernel.errors import Conflict, Invalid

MAX_KEY = 200
KEEP_MS = 7 * 24 * 3_600_000
"""How long an applied key is remembered at least: seven days, in milliseconds."""


class Once(Struct, frozen=True):
    """The client's key for one write, and a digest of the request that it was sent with."""

    key: str
    request: str


def check_idempotency_key(key: str) -> str:
    """Return `key` if it may be an idempotency key: 1 to 200 visible ASCII characters."""
    if not 0 < len(key) <= MAX_KEY or not all("!" <= character <= "~" for character in key):
        raise Invalid(f"Idempotency-Key must be 1 to {MAX_KEY} visible ASCII characters")
    return key


def with_facts(once: Once, *facts: str) -> Once:
    """Return `once` for a request that says `facts` too, known only after its digest was made."""
    whole = "\n".join((once.request, *facts))
    return replace(once, request=hashlib.sha256(whole.encode()).hexdigest())


def refuse_reuse(once: Once, applied_request: str) -> None:
    """Raise `Conflict` if the key of `once` was applied for a request other than this one."""
    if once.request != applied_request:
        raise Conflict(
            f"Idempotency-Key {once.key!r} was used for another request; "
            "send each request with a key of its own"
        )
