"""Serving: a socket that listens, the connections on it, and their orderly end."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from functools import partial

from aiohttp import web
from aiohttp.log import access_logger
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.kernel import Kernel
from chachaml_kernel.ports import Announce, Workers

from chachaml_ui.application import application
from chachaml_ui.connection import Connection
from chachaml_ui.express.connection import ExpressConnection
from chachaml_ui.express.posts import POSTS
from chachaml_ui.keys import DRAIN, WATCHERS
from chachaml_ui.mounted import mounted
from chachaml_ui.settings import Ui

LAST_SECONDS = 1.0
"""What answers that are being sent at the very end get to end."""
REFUSED_SECONDS = 3.0
"""What the rest of a refused body gets to end. A client that sends on when the connection is closed
may find it reset, and never read why; and a server that has much to do reads slowly."""
BACKLOG = 1024
"""Connections that may wait to be accepted."""


async def serve(settings: Ui, kernel: Kernel, announce: Announce, workers: Workers) -> None:
    """Serve until cancelled; then accept nothing more, end what runs, and return.

    Requests under way get `shutdown_timeout` seconds to end; then all connections are closed.
    Raises `ConfigError` if the server cannot listen where it should.
    """
    number = workers.number if settings.workers > 1 else None
    app = application(settings, kernel, worker=number)
    async with mounted(app, kernel):
        runner = web.AppRunner(app, shutdown_timeout=LAST_SECONDS)
        await runner.setup()
        try:
            server = await listen(settings, _connect(runner, settings), worker=number)
            async with asyncio.TaskGroup() as group:
                others = group.create_task(_complete(server, settings, announce, workers))
                try:
                    await asyncio.Event().wait()
                finally:
                    server.close()
                    others.cancel()
                    app[WATCHERS].end()
                    await app[DRAIN].wait(settings.shutdown_timeout)
        finally:
            await runner.cleanup()


async def _complete(
    server: asyncio.Server, settings: Ui, announce: Announce, workers: Workers
) -> None:
    """Announce the address; the first of several workers has the others serve there before."""
    listening = server.sockets[0]
    ready = partial(announce, _address(listening))
    if settings.workers > 1 and workers.number == 0:
        port = listening.getsockname()[1]
        await workers.run(settings.workers - 1, ready=ready, port=port)
    else:
        ready()


def _connect(runner: web.AppRunner, settings: Ui) -> Callable[[], Connection]:
    """Return what makes a connection's protocol."""
    manager = runner.server
    assert manager is not None  # it is set up
    loop = asyncio.get_running_loop()
    log = _prepared(access_logger) if settings.access_log else None
    posts = runner.app.get(POSTS)
    make = Connection if posts is None else partial(ExpressConnection, posts=posts)
    return partial(
        make,
        manager,
        loop=loop,
        access_log=log,
        lingering_time=REFUSED_SECONDS,
        auto_decompress=False,  # bodies that end too early would pass for whole ones
    )


def _prepared(log: logging.Logger) -> logging.Logger:
    """Have what is logged of requests come out, on standard error where no program says where."""
    log.setLevel(logging.INFO)
    if not log.hasHandlers():
        log.addHandler(logging.StreamHandler())
    return log


async def listen(
    settings: Ui, connect: Callable[[], asyncio.Protocol], *, worker: int | None = None
) -> asyncio.Server:
    """Return a server that accepts connections; raise `ConfigError` if it cannot.

    Workers share the port, but only with each other: the first makes sure that it is free.

    The loop makes the sockets, not we: only on those that it knows to be TCP does it switch
    Nagle's algorithm off, without which each answer would wait for a delayed acknowledgement.
    """
    host, port = settings.host, settings.port
    loop = asyncio.get_running_loop()
    try:
        if worker == 0:
            (await loop.create_server(connect, host, port)).close()
        shared = worker is not None
        return await loop.create_server(connect, host, port, backlog=BACKLOG, reuse_port=shared)
    except (socket.gaierror, UnicodeError) as error:
        raise ConfigError(f"host {host!r} is no address of this machine: {error}") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"port {port} on {host} is in use; choose another with --port"
            ) from None
        raise ConfigError(f"cannot listen on port {port} of {host}: {error.strerror}") from None


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
