"""The service behind a provider: where it is, how it is asked, and what its errors mean here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chachaml_kernel.errors import ChachamlError, Forbidden, Invalid, Overloaded, Upstream

CONNECT_SECONDS = 10.0
"""What a connection gets to be there; the time-out of the settings is for all else."""
RETRIES = 0
"""Whoever asks is told of a limit or a failure at once, and tries again when it likes. The SDKs
would wait as long as a service asks them to, while somebody waits for us."""
MAX_SAID = 500
"""Characters of what a service says of an error."""
DEFAULT_WAIT, LONGEST_WAIT = 10, 3_600
"""Seconds until it may be tried again, where a service says nothing or too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Where a service is and how it is asked, as the settings say."""

    name: str
    base_url: str
    model: str | None
    api_key: str | None = field(repr=False)
    max_tokens: int
    timeout: float

    @property
    def connect_timeout(self) -> float:
        """How many seconds a connection gets to be there."""
        return min(CONNECT_SECONDS, self.timeout)

    def key(self, own: str | None) -> str:
        """Return the key that is sent: the caller's own one, else the configured one."""
        key = own or self.api_key
        if key is None:
            raise Invalid(f"{self.name} has no key; give api_key, or set api_key in its table")
        return key

    def refused(
        self, status: int, said: str, *, key: str, model: str, headers: Mapping[str, str]
    ) -> ChachamlError:
        """Return what an answer of the service with a status that is no success means here.

        What the service says is quoted, but for the key and for what it says of keys.
        """
        name, quoted = self.name, clean(said, key)
        if status < 400:
            return Upstream(f"{name} sends elsewhere (status {status}); name that in base_url")
        if status in (401, 403):
            return Forbidden(f"{name} refuses the key (status {status}); give another one")
        if status == 402:
            return Forbidden(f"{name} wants to be paid: {quoted}")
        if status == 404:
            return Invalid(f"{name} has no model named {model[:100]!r}: {quoted}")
        if status == 429:
            wait = seconds(headers.get("retry-after"))
            return Overloaded(f"{name} is at its limit: {quoted}", retry_after=wait)
        if status >= 500 or status in (408, 409):
            wait = seconds(headers.get("retry-after"))
            return Upstream(f"{name} fails (status {status}): {quoted}", retry_after=wait)
        return Invalid(f"{name} does not take this (status {status}): {quoted}")

    def silent(self) -> Upstream:
        """Return the error for a service that says nothing in time."""
        return Upstream(
            f"{self.name} said nothing for {self.timeout:g} s (setting timeout), "
            f"or took no connection for {self.connect_timeout:g} s; try again"
        )

    def away(self, error: BaseException) -> Upstream:
        """Return the error for a service that cannot be reached, or that breaks off."""
        return Upstream(
            f"{self.name} cannot be reached or broke off ({type(error).__name__}); "
            "try again, and look at base_url if that does not help"
        )

    def broken(self, what: str) -> Upstream:
        """Return the error for an answer that is not as the protocol wants it."""
        return Upstream(
            f"{self.name} broke its answer off: {what}; "
            "ask again, and look at base_url if that does not help"
        )


def clean(said: str, key: str) -> str:
    """Return what a service says in one short line, in which the key is not."""
    line = " ".join(said.replace(key, "…").split())
    return line if len(line) <= MAX_SAID else f"{line[:MAX_SAID]} …"


def seconds(header: str | None) -> int:
    """Return what a `Retry-After` header (RFC 9110, 10.2.3) says in seconds, within bounds."""
    if header is None or not (header.isascii() and header.isdecimal()):
        return DEFAULT_WAIT
    return min(max(int(header[:9]), 1), LONGEST_WAIT)
