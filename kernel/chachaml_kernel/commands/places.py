"""Where data are: what options name, as configurations that can be opened."""

import os
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from chachaml_kernel.config import Config, load_config
from chachaml_kernel.errors import ConfigError, Invalid
from chachaml_kernel.kernel import Kernel, open_kernel, open_parts
from chachaml_kernel.plugins import load

IN_FOLDER = ("store_sqlite", "artifacts_fs")
"""The plugins that keep data in a folder, where they have no settings."""
DATABASE = "chachaml.db"


def configured(options: Namespace) -> Config:
    """Return the configuration that a server with the same options would run on."""
    return load_config(file=options.config, data=options.data, env=os.environ)


def place(path: Path, options: Namespace) -> Config:
    """Return the configuration in a file, or the one for data in a folder."""
    if not path.is_dir():
        return load_config(file=path, data=options.data, env=os.environ)
    return in_folder(path)


def source(path: Path, options: Namespace) -> Config:
    """Return what `place` does; a folder must have data in it."""
    if path.is_dir() and not (path / DATABASE).exists():
        raise ConfigError(f"the folder {path} holds no {DATABASE}; name one that does")
    return place(path, options)


def in_folder(folder: Path) -> Config:
    """Return the configuration for data in a folder, as a server without a config file has it."""
    return Config(plugins={name: {} for name in IN_FOLDER}, data=folder.absolute())


@asynccontextmanager
async def both_open(source: Config, target: Config) -> AsyncIterator[tuple[Kernel, Kernel]]:
    """Open a source that holds anything, and a target that is another one."""
    parts, others = load(source), load(target)
    if parts.store_plugins == others.store_plugins:
        raise ConfigError("source and target are the same store; name another target")
    async with open_parts(parts, source) as kernel:
        if not await kernel.keeping.holdings():
            raise Invalid("the source holds nothing; is its configuration the right one?")
        async with open_parts(others, target) as other:
            yield kernel, other


__all__ = ["Kernel", "both_open", "configured", "in_folder", "open_kernel", "place", "source"]
