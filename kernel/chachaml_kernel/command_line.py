"""The command line: `chachaml-kernel` serves, `chachaml-kernel COMMAND` does something else."""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from chachaml_kernel import __version__, loops
from chachaml_kernel.commands.archive import ARCHIVE
from chachaml_kernel.commands.backup import BACKUP, RESTORE
from chachaml_kernel.commands.command import Command
from chachaml_kernel.commands.copy import COPY
from chachaml_kernel.commands.display import say
from chachaml_kernel.commands.export import EXPORT
from chachaml_kernel.commands.gc import GC
from chachaml_kernel.commands.of_plugin import of_plugin
from chachaml_kernel.commands.purge import PURGE
from chachaml_kernel.commands.verify import VERIFY
from chachaml_kernel.config import Config, load_config
from chachaml_kernel.errors import ChachamlError, ConfigError, Conflict, Invalid
from chachaml_kernel.memory_use import settle
from chachaml_kernel.plugins import installed
from chachaml_kernel.serving import check, run_until_signalled

FAILED, REFUSED, INTERRUPTED = 1, 2, 130
"""Exit codes: of what went wrong; of what a command refused before it changed anything, as shells
have it for bad usage; and, as they have it too, of what Ctrl-C ended."""


def run_command_line(arguments: Sequence[str] | None) -> int:
    """Do what the command line asks; return the exit code."""
    options = _parser(_asked(arguments)).parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    if run is not _serve:
        gc.enable()  # see `main`
    try:
        return run(options)
    except ChachamlError as error:
        sys.stderr.write(f"chachaml-kernel: {' '.join(error.detail.splitlines())}\n")
        refused = isinstance(error, ConfigError | Conflict | Invalid)
        return REFUSED if refused and run not in (_serve, _list_plugins) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _asked(arguments: Sequence[str] | None) -> str | None:
    """Return the command that is asked for, if any."""
    parser = argparse.ArgumentParser(add_help=False)
    _add_serving(parser)
    parser.add_argument("command", nargs="?")
    asked: str | None = parser.parse_known_args(arguments)[0].command
    return asked


def _parser(asked: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chachaml-kernel",
        description="Serve the tracking of machine-learning experiments, or do what COMMAND says.",
        epilog="A configured plugin may have a command of its own, of its own name.",
    )
    _add_serving(parser)
    parser.add_argument("--check", action="store_true", help="check the configuration, then end")
    parser.add_argument("--version", action="version", version=f"chachaml-kernel {__version__}")
    parser.set_defaults(run=_serve)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    known = [command.name for command in COMMANDS]
    further = [] if asked is None or asked in known else [of_plugin(asked, known)]
    for command in (*COMMANDS, *further):
        own = commands.add_parser(command.name, help=command.summary, description=command.summary)
        # What stands before the command holds, unless it is said again behind it.
        _add_common(own, default=argparse.SUPPRESS)
        command.add_options(own)
        own.set_defaults(run=command.run)
    return parser


def _add_serving(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("--host", help="the address to listen on")
    parser.add_argument("--port", type=_port, help="the port to listen on; 0 takes a free one")


def _add_common(parser: argparse.ArgumentParser, *, default: str | None = None) -> None:
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the config file, in TOML", default=default
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="where relative paths begin", default=default
    )


def _serve(options: argparse.Namespace) -> int:
    config = _config(options)
    if options.check:
        check(config)
        say(f"the configuration is right: {', '.join(config.plugins)}")
    else:
        loops.run(run_until_signalled(config, ready=_announce))
    return 0


def _list_plugins(options: argparse.Namespace) -> int:
    say(_table(_config(options)))
    return 0


def _config(options: argparse.Namespace) -> Config:
    return load_config(
        file=options.config,
        host=options.host,
        port=options.port,
        data=options.data,
        env=os.environ,
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port; use a number from 0 to 65535")
    return int(text)


def _announce(addresses: Sequence[str]) -> None:
    settle()
    say(f"chachaml-kernel {__version__} on {', '.join(addresses)} (Ctrl-C ends it)")


def _table(config: Config) -> str:
    """Return the installed plugins as aligned columns."""
    rows = [("PLUGIN", "PACKAGE", "CONFIGURED", "PROVIDES")]
    for plugin in installed(config):
        package = f"{plugin.distribution} {plugin.version}"
        configured = "no" if plugin.hooks is None else "yes"
        rows.append((plugin.name, package, configured, " ".join(plugin.hooks or ())))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


COMMANDS = (
    COPY,
    BACKUP,
    RESTORE,
    VERIFY,
    GC,
    ARCHIVE,
    PURGE,
    EXPORT,
    Command("plugins", "list what is installed and configured", lambda _: None, _list_plugins),
)
"""All commands; without one, the command line serves."""
