"""Mounts: what plugins add to the web server, whichever that is, as ASGI applications.

ASGI is how Python's web servers and applications speak to each other, with nothing to import:
https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Asgi: TypeAlias = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
"""An application: it is called with each HTTP request, and with nothing else."""


class Mount(Struct, frozen=True):
    """An application that answers all requests for one path, such as `/mcp`.

    `open` is called by each web server that serves the kernel, which enters the context manager
    before it accepts requests and leaves it when it has ended them.
    """

    path: str
    open: "Callable[[Kernel], AbstractAsyncContextManager[Asgi]]"
