"""The port of authenticators: who is asking, and may they?"""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct


class Caller(Struct, frozen=True, kw_only=True):
    """A request as an authenticator sees it: no body. Header names are in lower case.

    `address` is the one that the connection comes from, a proxy's if there is one; it is empty
    where that is not known.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    address: str = ""


class Principal(Struct, frozen=True):
    """Who is asking; `name` stands as `created_by` where a request names nobody."""

    name: str


class Authenticator(Protocol):
    """Decides about each request before it is read."""

    async def authenticate(self, caller: Caller) -> Principal:
        """Return who the caller is.

        Raises `Unauthenticated` where nobody known is asking, `Forbidden` where the caller is known
        and may not do this.
        """
        ...
