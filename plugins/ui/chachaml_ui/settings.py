"""The plugin: its settings, and the front end that it offers."""

import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chachaml_kernel.hookspecs import hookimpl
from chachaml_kernel.ports import Announce, Workers

if TYPE_CHECKING:
    from chachaml_kernel.kernel import Kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class Ui:
    """The web server: where it listens, and what it accepts.

    `port` 0 takes any free one. `allowed_hosts` are further names that browsers may reach the
    server by, besides `host` and the names of loopback; `"*"` allows any. `max_body` is in bytes
    and limits all bodies but artifacts; `body_budget` limits those that are in work at one time.
    `body_timeout` is how many seconds a client may pause while it sends a body, `shutdown_timeout`
    how many requests under way get to end when the server ends. `max_watchers` limits the live
    connections; these and streamed answers have a sign of life every `heartbeat` seconds. `workers`
    processes share the port, each with these limits of its own.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    allowed_hosts: tuple[str, ...] = ()
    max_body: int = 16 * 1024 * 1024
    body_budget: int = 32 * 1024 * 1024
    body_timeout: float = 60.0
    shutdown_timeout: float = 10.0
    max_watchers: int = 200
    heartbeat: float = 15.0
    access_log: bool = False
    workers: int = 1

    def __post_init__(self) -> None:
        """Raise `ValueError` for a setting that cannot work."""
        if not self.host.strip():
            raise ValueError("host is empty; use for example '127.0.0.1'")
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"port is {self.port}; it must be from 0 to 65535")
        if self.max_body < 1:
            raise ValueError(f"max_body is {self.max_body}; it must be at least 1")
        if self.body_budget < self.max_body:
            raise ValueError(
                f"body_budget is {self.body_budget}; "
                f"it must be at least max_body, which is {self.max_body}"
            )
        if not 0 < self.body_timeout < float("inf"):
            raise ValueError(
                f"body_timeout is {self.body_timeout}; it must be a number of seconds above 0"
            )
        if self.max_watchers < 0:
            raise ValueError(f"max_watchers is {self.max_watchers}; it must be at least 0")
        if not 0 < self.heartbeat < float("inf"):
            raise ValueError(
                f"heartbeat is {self.heartbeat}; it must be a number of seconds above 0"
            )
        if not 0 <= self.shutdown_timeout < float("inf"):
            raise ValueError(
                f"shutdown_timeout is {self.shutdown_timeout}; "
                "it must be a number of seconds from 0 on"
            )

        if self.workers < 1:
            raise ValueError(f"workers is {self.workers}; it must be at least 1")
        if self.workers > 1 and sys.platform != "linux":
            raise ValueError(
                f"workers is {self.workers}, but only Linux shares a port between them; use 1"
            )

    @hookimpl
    def chachaml_frontend(
        self, kernel: "Kernel", announce: Announce, workers: Workers
    ) -> Coroutine[Any, Any, None]:
        """Return the web server; what it needs is imported only now."""
        from chachaml_ui.server import serve

        return serve(self, kernel, announce, workers)
