"""The command line: `chachaml-kernel` serves, and its commands do what else there is to do."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from chachaml_kernel import __version__, loops
from chachaml_kernel.commands import export
from chachaml_kernel.config import Config, load_config
from chachaml_kernel.errors import ChachamlError
from chachaml_kernel.plugins import installed
from chachaml_kernel.serving import check, run_until_signalled

INTERRUPTED = 130
"""The exit code of a program that Ctrl-C ended before it served, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        config = load_config(
            file=options.config,
            host=options.host,
            port=options.port,
            data=options.data,
            env=os.environ,
        )
        if options.command == "plugins":
            _say(_table(config))
        elif options.command == "export":
            loops.run(export.run(config, options, _say))
        elif options.check:
            check(config)
            _say(f"the configuration is right: {', '.join(config.plugins)}")
        else:
            loops.run(run_until_signalled(config, ready=_announce))
    except ChachamlError as error:
        sys.stderr.write(f"chachaml-kernel: {' '.join(error.detail.splitlines())}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chachaml-kernel", description="Serve the tracking of machine-learning experiments."
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="the config file, in TOML")
    parser.add_argument("--host", help="the address to listen on")
    parser.add_argument("--port", type=_port, help="the port to listen on; 0 takes a free one")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where relative paths begin")
    parser.add_argument("--check", action="store_true", help="check the configuration, then end")
    parser.add_argument("--version", action="version", version=f"chachaml-kernel {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    listing = commands.add_parser("plugins", help="list what is installed and configured")
    listing.add_argument("--config", type=Path, default=argparse.SUPPRESS, help="the config file")
    export.describe(commands.add_parser("export", help="write everything as CSV or Parquet"))
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port; use a number from 0 to 65535")
    return int(text)


def _announce(addresses: Sequence[str]) -> None:
    _say(f"chachaml-kernel {__version__} on {', '.join(addresses)} (Ctrl-C ends it)")


def _table(config: Config) -> str:
    """Return the installed plugins as aligned columns."""
    rows = [("PLUGIN", "PACKAGE", "CONFIGURED", "PROVIDES")]
    for plugin in installed(config):
        package = f"{plugin.distribution} {plugin.version}"
        configured = "no" if plugin.hooks is None else "yes"
        rows.append((plugin.name, package, configured, " ".join(plugin.hooks or ())))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _say(text: str) -> None:
    """Write a line to stdout at once; if nobody reads it, go on without."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes once more at its end, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
