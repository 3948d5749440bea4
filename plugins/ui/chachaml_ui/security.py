"""Who may talk to the server: protection of people whose browsers visit foreign sites.

A site that rebinds its DNS name to our address sends its own name as `Host`; a site that posts a
form to us is named by `Origin`. Clients that are no browsers send what we serve, or nothing.
"""

import ipaddress
from functools import lru_cache

from aiohttp import web
from chachaml_kernel.errors import Forbidden
from msgspec import Struct

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::"})
HEALTH = frozenset({"/healthz", "/readyz"})
STATIC = "/static/"
"""Where the files of this package are, which are the same for everybody."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_PORTS = {"http": 80, "https": 443}

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""The policy of bytes that somebody uploaded: a browser runs none of them."""
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SERVER = "chachaml"
API_HEADERS = {**HEADERS, "Content-Security-Policy": API_POLICY, "Server": SERVER}
"""All headers that `add_headers` gives an answer which is no page."""


def is_open(request: web.Request) -> bool:
    """Tell whether anybody may ask this: a probe by any name, and whoever sees a refusal's page."""
    return request.path in HEALTH or request.path.startswith(STATIC)


class Gate(Struct, frozen=True):
    """The names that the server may be reached by, and those of them that somebody listed."""

    served: frozenset[str]
    listed: frozenset[str]
    any_address: bool

    def check(self, request: web.Request) -> None:
        """Raise `Forbidden` for a foreign `Host`, and for a state change from a foreign site."""
        headers = request.headers
        host = headers.get("Host", "")
        if not is_open(request):
            self.check_host(host)
        if request.method in SAFE_METHODS:
            return
        if headers.get("Sec-Fetch-Site") == "cross-site":
            raise Forbidden("a page of another site may not change anything here")
        origin = headers.get("Origin")
        if origin is not None and not self._is_ours(origin, host):
            raise Forbidden(
                f"a page of {origin} may not change anything here; "
                "list its host in the setting allowed_hosts if it may"
            )

    def check_host(self, host: str) -> None:
        """Raise `Forbidden` for a foreign `Host`."""
        name = split_host(host)[0]
        if not name or name in self.served or "*" in self.listed:
            return
        if self.any_address and _is_address(name):
            return
        raise Forbidden(
            f"this server is not reached as {name!r}; add the name to the setting allowed_hosts"
        )

    def _is_ours(self, origin: str, host: str) -> bool:
        """Tell whether `origin` is the server itself, as the caller names it, or is listed."""
        scheme, _, rest = origin.partition("://")
        if scheme not in DEFAULT_PORTS or not rest:
            return False
        default = DEFAULT_PORTS[scheme]
        name, port = split_host(rest)
        own_name, own_port = split_host(host)
        same = name == own_name and (port or str(default)) == (own_port or str(default))
        return same or name in self.listed


def gate(host: str, allowed_hosts: tuple[str, ...]) -> Gate:
    """Return the gate of a server that listens on `host`."""
    listed = frozenset(_plain(name) for name in allowed_hosts)
    return Gate(LOOPBACK | {_plain(host)} | listed, listed, host in WILDCARDS)


@lru_cache(maxsize=64)
def split_host(host: str) -> tuple[str, str]:
    """Return the name, in lower case, and the port of a `Host`; brackets and last dot removed."""
    if host.startswith("["):
        name, end, rest = host[1:].partition("]")
        if end and (not rest or rest.startswith(":")):
            return name.lower(), rest.removeprefix(":")
        return host, ""
    name, _, port = host.partition(":")
    return _plain(name), port


def add_headers(answer: web.StreamResponse) -> None:
    """Tell browsers to trust this answer as little as possible; what is set already stays."""
    headers = answer.headers
    if headers.get("Server") == SERVER:  # it was made with all of them
        return
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers["Server"] = SERVER
    is_page = answer.content_type == "text/html"
    headers.setdefault("Content-Security-Policy", PAGE_POLICY if is_page else API_POLICY)


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
