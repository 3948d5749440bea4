"""A kernel that serves in the background of another program, such as a notebook."""

import asyncio
import concurrent.futures.thread  # noqa: F401  # see `_servers`
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self
from weakref import WeakSet

from chachaml_kernel import loops
from chachaml_kernel.config import Config, load_config
from chachaml_kernel.serving import run


class Server:
    """A kernel that serves from a thread of its own, until `stop` or the end of the program."""

    def __init__(self, url: str, cancel: Callable[[], object]) -> None:
        """Belong to the calling thread, whose serving `cancel` ends from any other."""
        self.url = url
        self._cancel = cancel
        self._thread = threading.current_thread()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End the requests under way, close everything and return; a second call does nothing."""
        # The lock stays taken: to cancel twice would cut the requests off.
        if self._lock.acquire(blocking=False):
            self._cancel()
        self._thread.join()

    def __enter__(self) -> Self:
        """Return the server, which serves already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()


def serve(
    config_file: str | Path | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    data: str | Path | None = None,
) -> Server:
    """Serve in the background what the command line would serve with the same arguments.

    Returns when requests are accepted, also inside a running event loop; port 0 takes a free port.
    Raises `ConfigError` and what else keeps it from serving.
    """
    config = load_config(
        file=Path(config_file) if config_file else None,
        host=host,
        port=port,
        data=Path(data) if data else None,
        env=os.environ,
    )
    servers = _servers()
    started: Future[Server] = Future()
    thread = threading.Thread(
        target=_serve, args=(config, started), name="chachaml-kernel", daemon=True
    )
    try:
        thread.start()
        server = started.result()
        servers.add(server)
    except KeyboardInterrupt:
        if not started.cancel():
            started.result().stop()
        raise
    return server


@cache
def _servers() -> "WeakSet[Server]":
    """Return the servers of this program, which are stopped when it ends.

    While a server serves, its thread holds it, whether anybody else does or not.
    """
    servers: WeakSet[Server] = WeakSet()

    def stop() -> None:
        for server in list(servers):
            server.stop()

    # Nothing public comes early enough: atexit and the end of the main thread come after executors
    # were shut down, which stores and requests need to the last. What was registered last is called
    # first, so the executors' own module has to be imported before.
    threading._register_atexit(stop)  # type: ignore[attr-defined]
    return servers


def _serve(config: Config, started: "Future[Server]") -> None:
    """Serve in this thread until cancelled; hand the server, or what prevents it, to `started`.

    If `started` is cancelled, the start is given up.
    """

    async def main() -> None:
        loop = asyncio.get_running_loop()

        def cancel() -> None:
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(serving.cancel)

        def give_up(start: Future[Server]) -> None:
            if start.cancelled():
                cancel()

        def ready(addresses: Sequence[str]) -> None:
            if started.set_running_or_notify_cancel():
                started.set_result(Server(addresses[0], cancel))

        serving = loop.create_task(run(config, ready=ready))
        started.add_done_callback(give_up)
        with suppress(asyncio.CancelledError):
            await serving

    try:
        loops.run(main())
    except BaseException as error:
        if started.done() or not started.set_running_or_notify_cancel():
            raise
        started.set_exception(error)
