"""Users whom a proxy in front of chachaml-kernel has signed in."""

from chachaml_auth_proxy.plugin import AuthProxy

__all__ = ["AuthProxy"]
