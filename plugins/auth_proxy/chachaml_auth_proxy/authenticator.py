"""Who is asking, as a proxy says."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

from chachaml_kernel.errors import Forbidden, Unauthenticated
from chachaml_kernel.ports import Caller, Principal

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

LONGEST = 250
"""Characters of a name, as everywhere else."""


@dataclass(frozen=True, slots=True)
class ProxyAuthenticator:
    """Believes `header`, where the connection comes from one of `networks`."""

    header: str
    networks: tuple[Network, ...]

    async def authenticate(self, caller: Caller) -> Principal:
        """Return whom the proxy names.

        Raises `Forbidden` for callers that are no proxy, `Unauthenticated` where it names nobody.
        """
        if not self._is_trusted(caller.address):
            raise Forbidden(
                f"{caller.address or 'an unknown address'} is not the proxy; go through it, "
                "or add the address to the setting trusted of auth_proxy"
            )
        name = caller.headers.get(self.header.lower(), "").strip()
        if not name:
            raise Unauthenticated(f"the proxy sent no {self.header}; sign in through it")
        if len(name) > LONGEST or not name.isprintable():
            raise Unauthenticated(
                f"{self.header} is no name: it has more than {LONGEST} characters, or others than "
                "can be printed"
            )
        return Principal(name)

    def _is_trusted(self, text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        plain = _unwrapped(address)
        return any(plain in network for network in self.networks)


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that a socket of IPv6 shows in its own form, if it is one."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
