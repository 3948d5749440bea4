"""The few errors of the system, named by what the caller should do about them.

Domain, services and ports raise them; only front ends turn them into an HTTP status or an exit
code. Each carries `error`, short and stable, and `detail`, which names the thing, the fault and the
way out.
"""

LONGEST = 2_500
"""Characters of a detail; it may quote what was asked, be that a million. What is added to one that
was cut, such as a hint, does not cut it again."""
KEPT = 1_000
"""Characters that are kept of the beginning of a longer one, and of its end, which says the way
out."""


class ChachamlError(Exception):
    """What every error of this module is; never raised itself."""

    def __init__(self, error: str, detail: str) -> None:
        """Keep the short stable `error` and the explaining `detail`, cut if it is very long."""
        self.error = error
        self.detail = _without_middle(detail) if len(detail) > LONGEST else detail
        super().__init__(self.detail)


def _without_middle(detail: str) -> str:
    return f"{detail[:KEPT]} … ({len(detail) - 2 * KEPT:,} characters) … {detail[-KEPT:]}"


class Invalid(ChachamlError):
    """The request itself is wrong: mend it before sending it again."""

    def __init__(self, detail: str) -> None:
        """Say in `detail` what is wrong and what would be right."""
        super().__init__("invalid request", detail)


class NotFound(ChachamlError):
    """The thing that was asked for is not there (or, for a run, takes no more writes)."""

    def __init__(self, thing: str, detail: str) -> None:
        """Name the kind of `thing`: its `error` is "no such <thing>"."""
        super().__init__(f"no such {thing}", detail)


class Conflict(ChachamlError):
    """The request is well-formed but contradicts what is stored."""

    def __init__(self, detail: str) -> None:
        """Say in `detail` what is stored and what was asked."""
        super().__init__("conflict", detail)


class Unauthenticated(ChachamlError):
    """An authenticator does not know who is asking."""

    def __init__(self, detail: str, *, challenge: str = "Bearer") -> None:
        """Keep `challenge`, the value for a `WWW-Authenticate` header (RFC 9110, 11.6.1)."""
        super().__init__("not authenticated", detail)
        self.challenge = challenge


class Forbidden(ChachamlError):
    """The caller is known, or the request's origin is, and may not do this."""

    def __init__(self, detail: str) -> None:
        """Say in `detail` which rule or setting refuses it."""
        super().__init__("forbidden", detail)


class Overloaded(ChachamlError):
    """Too much is waiting already: try again after `retry_after` seconds."""

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        """Keep `retry_after` in whole seconds, at least 1."""
        super().__init__("overloaded", detail)
        self.retry_after = retry_after


class Upstream(ChachamlError):
    """A store or another service that we stand on does not answer as it should."""

    def __init__(self, detail: str, *, retry_after: int = 5) -> None:
        """Keep `retry_after` in whole seconds, at least 1."""
        super().__init__("temporarily unavailable", detail)
        self.retry_after = retry_after


class ConfigError(ChachamlError):
    """The server cannot start as it is configured; nothing was opened."""

    def __init__(self, detail: str) -> None:
        """Say in `detail` which setting or plugin is wrong and what would be right."""
        super().__init__("cannot start", detail)
