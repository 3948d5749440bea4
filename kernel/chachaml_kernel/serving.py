"""Serving: the front ends of the configured plugins over one kernel."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from chachaml_kernel.config import Config
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.failures import alone
from chachaml_kernel.kernel import Kernel, open_parts
from chachaml_kernel.plugins import Frontend, Parts, load
from chachaml_kernel.signals import until_signalled
from chachaml_kernel.workers.crew import Crew
from chachaml_kernel.workers.orders import Orders

Ready: TypeAlias = Callable[[Sequence[str]], None]
"""Called once with the addresses of all front ends, when all of them accept requests."""


def check(config: Config) -> None:
    """Raise `ConfigError` if `config` cannot serve, as far as that shows with nothing opened."""
    _load(config)


async def run(config: Config, *, ready: Ready) -> None:
    """Serve until cancelled, then let the front ends end their requests, and close the kernel.

    An error of `chachaml_kernel.errors` is raised by itself, never within a group.
    """
    parts = _load(config)
    crews = {name: _crew(config, parts, name) for name in parts.frontends}
    await _run(config, parts, crews, ready)


async def run_worker(orders: Orders, *, ready: Ready) -> None:
    """Do the same as a worker that the front end of a plugin wants."""
    parts = _load(orders.config)
    crew = _crew(orders.config, parts, orders.plugin, orders.number)
    await _run(orders.config, parts, {orders.plugin: crew}, ready)


def _crew(config: Config, parts: Parts, plugin: str, number: int = 0) -> Crew:
    shared = parts.relay is not None
    return Crew(config=config, plugin=plugin, shared=shared, number=number)


async def _run(config: Config, parts: Parts, crews: Mapping[str, Crew], ready: Ready) -> None:
    """Serve by the front ends that have a crew."""
    with alone():
        async with open_parts(parts, config) as kernel:
            await _run_frontends(parts.frontends, kernel, crews, ready)


async def run_until_signalled(config: Config, *, ready: Ready) -> None:
    """Serve until SIGINT or SIGTERM comes; a second signal ends the process at once."""
    await until_signalled(run(config, ready=ready))


def _load(config: Config) -> Parts:
    """Return the parts of a server, which has a front end."""
    parts = load(config)
    if not parts.frontends:
        raise ConfigError("no plugin provides a front end; add [plugins.ui]")
    return parts


async def _run_frontends(
    frontends: Mapping[str, Frontend], kernel: Kernel, crews: Mapping[str, Crew], ready: Ready
) -> None:
    addresses: dict[str, str] = {}

    def announce(name: str, address: str) -> None:
        addresses[name] = address
        if len(addresses) == len(crews):
            ready([addresses[name] for name in crews])

    async def serve(name: str, crew: Crew) -> None:
        await frontends[name](kernel, partial(announce, name), crew)
        if name not in addresses:
            raise ConfigError(f"the front end of plugin {name!r} ended before it served")

    async with asyncio.TaskGroup() as group:
        for name, crew in crews.items():
            group.create_task(serve(name, crew), name=name)
