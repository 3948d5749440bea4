"""The plugin: its settings, a command, and a path of the web server."""

from collections.abc import Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.mounts import Asgi, Mount

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel

PATH = "/mcp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mcp:
    """What clients of the protocol may do, and how they are told of pages.

    Without `allow_annotate` they can only read. `url` is where the pages of the server are, such as
    `https://tracker.example`; without it, the addresses of pages are paths.
    """

    allow_annotate: bool = False
    url: str = ""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a setting that cannot work."""
        parts = urlsplit(self.url)
        if self.url and not (parts.scheme in ("http", "https") and parts.netloc):
            raise ValueError(f"url is {self.url!r}; use for example 'https://tracker.example'")

    @hookimpl
    def chachaml_command(self, kernel: "Kernel") -> Coroutine[Any, Any, None]:
        """Speak the protocol on the standard streams; what that needs is imported only now."""
        from chachaml_mcp.stdio import serve

        return serve(self, kernel)

    @hookimpl
    def chachaml_mounts(self) -> Sequence[Mount]:
        """Speak the protocol at `/mcp`; what that needs is imported when the server starts."""
        return [Mount(PATH, self._open)]

    def _open(self, kernel: "Kernel") -> AbstractAsyncContextManager[Asgi]:
        from chachaml_mcp.http import opened

        return opened(self, kernel)
