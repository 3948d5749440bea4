"""What a worker process is told: one line of JSON on its standard input.

It goes that way since a configuration has secrets, which arguments and variables would show.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import msgspec
from msgspec import Struct

from chachaml_kernel.config import Config, KernelSettings
from chachaml_kernel.settings import Variable


class Orders(Struct, frozen=True):
    """Serve `config` by the front end of `plugin`, as the worker with this number."""

    config: Config
    plugin: str
    number: int


def write_orders(orders: Orders) -> bytes:
    """Return the line that says it."""
    config = orders.config
    said = {
        "plugin": orders.plugin,
        "number": orders.number,
        "kernel": asdict(config.kernel),
        "plugins": {name: _said(table) for name, table in config.plugins.items()},
        "data": str(config.data),
    }
    return json.dumps(said).encode() + b"\n"


def read_orders(line: bytes) -> Orders:
    """Return what the line of `write_orders` said."""
    said = json.loads(line)
    plugins = {name: _meant(table) for name, table in said["plugins"].items()}
    kernel = msgspec.convert(said["kernel"], KernelSettings)
    config = Config(kernel=kernel, plugins=plugins, data=Path(said["data"]))
    return Orders(config, said["plugin"], said["number"])


def _said(table: Mapping[str, object]) -> Mapping[str, object]:
    """Return settings as pairs of the variable that set each, if any, and the value."""
    return {
        name: [value.name, value.text] if isinstance(value, Variable) else [None, value]
        for name, value in table.items()
    }


def _meant(table: Mapping[str, tuple[str | None, str]]) -> Mapping[str, object]:
    return {
        name: value if variable is None else Variable(variable, value)
        for name, (variable, value) in table.items()
    }
