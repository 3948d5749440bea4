"""The plugin: its settings and its hook."""

import re
from dataclasses import dataclass
from ipaddress import ip_network

from chachaml_kernel.errors import ConfigError
from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.ports import Authenticator

from chachaml_auth_proxy.authenticator import Network, ProxyAuthenticator

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""https://www.rfc-editor.org/rfc/rfc9110#name-tokens: what a header may be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthProxy:
    """Believes one header about who is asking, from proxies that overwrite it.

    - `header`: the header that holds the user's name.
    - `trusted`: addresses and networks of the proxies; others are refused, whatever they send.
    """

    header: str = "X-Forwarded-User"
    trusted: tuple[str, ...] = ("127.0.0.0/8", "::1")

    def __post_init__(self) -> None:
        """Refuse what is no name of a header, and what is no address."""
        if not TOKEN.fullmatch(self.header):
            raise ConfigError(f"header is {self.header!r}, which no header can be called")
        if not self.trusted:
            raise ConfigError("trusted names no address; add that of the proxy")
        for text in self.trusted:
            _network(text)

    @hookimpl
    def chachaml_authenticator(self) -> Authenticator:
        """Return what asks the header."""
        return ProxyAuthenticator(self.header, tuple(map(_network, self.trusted)))


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ConfigError(
            f"trusted has {text!r}, which is no address or network: {error}"
        ) from None
