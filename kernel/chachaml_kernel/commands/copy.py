"""`copy`: everything from one configuration to another."""

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path

from chachaml_kernel.commands import places
from chachaml_kernel.commands.command import Command
from chachaml_kernel.commands.display import described, progress_shown, say
from chachaml_kernel.config import Config
from chachaml_kernel.domain.keeping import Copied


def _add_options(parser: ArgumentParser) -> None:
    place = "a config file, or a folder with data of the default plugins"
    parser.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="A", help=f"the source: {place}"
    )
    parser.add_argument(
        "--to", dest="target", type=Path, required=True, metavar="B", help=f"the target: {place}"
    )
    add_resume(parser)


def add_resume(parser: ArgumentParser) -> None:
    """Add the option to go on with a copy that was broken off."""
    parser.add_argument(
        "--resume", action="store_true", help="go on with a copy of the source that was broken off"
    )


def _run(options: Namespace) -> int:
    source = places.source(options.source, options)
    target = places.place(options.target, options)
    copied = asyncio.run(copy(source, target, resume=options.resume))
    say(f"copied: {said(copied)}")
    return exit_code(copied)


async def copy(source: Config, target: Config, *, resume: bool) -> Copied:
    """Copy everything from one configuration to another, and show how far it is."""
    async with places.both_open(source, target) as (kernel, other):
        with progress_shown() as tell:
            return await kernel.keeping.copy_to(other.keeping, resume=resume, tell=tell)


def said(copied: Copied) -> str:
    """Return what a copy holds, and what came in its way."""
    lines = [described(copied.holdings), f"all compared, digest {copied.digest}"]
    if copied.left_out:
        lines.append(f"{copied.left_out:,} artifacts were deleted meanwhile and are left out")
    return "\n".join([*lines, *copied.faults])


def exit_code(copied: Copied) -> int:
    """Return 1 where the source lacks something, else 0."""
    return 1 if copied.faults else 0


COPY = Command("copy", "copy everything to another configuration", _add_options, _run)
