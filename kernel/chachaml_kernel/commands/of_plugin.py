"""Commands of plugins: each has the name of its plugin, which the configuration names."""

from argparse import Namespace
from collections.abc import Sequence

from chachaml_kernel import loops
from chachaml_kernel.commands import places
from chachaml_kernel.commands.command import Command
from chachaml_kernel.config import Config
from chachaml_kernel.errors import ConfigError
from chachaml_kernel.failures import alone
from chachaml_kernel.kernel import open_parts
from chachaml_kernel.plugins import load
from chachaml_kernel.signals import until_signalled

SIGNALLED = 128
"""With a signal's number, the exit code of what it ended, as shells have it."""


def of_plugin(name: str, others: Sequence[str]) -> Command:
    """Return the command of the plugin `name`; running it shows whether there is one.

    `others` are the commands that are there besides. SIGINT or SIGTERM cancels it, and closes the
    kernel; a second one ends the process at once.
    """

    def run(options: Namespace) -> int:
        work = _run(name, places.configured(options), others)
        signalled = loops.run(until_signalled(work))
        return 0 if signalled is None else SIGNALLED + signalled

    return Command(name, "do what the plugin of this name does", lambda _: None, run)


async def _run(name: str, config: Config, others: Sequence[str]) -> None:
    parts = load(config)
    if name not in parts.commands:
        known = ", ".join((*others, *parts.commands))
        raise ConfigError(
            f"no command is named {name!r}; there are {known}; "
            f"one of a plugin needs its table in the config file, such as [plugins.{name}]"
        )
    with alone():
        async with open_parts(parts, config) as kernel:
            await parts.commands[name](kernel)
