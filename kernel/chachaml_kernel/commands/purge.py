"""`purge`: old archived runs are deleted for good, and what they took is freed."""

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from chachaml_kernel.commands import old_runs, places
from chachaml_kernel.commands.command import Command
from chachaml_kernel.commands.display import progress_shown, say, size
from chachaml_kernel.commands.durations import add_dry_run
from chachaml_kernel.domain.keeping import Progress
from chachaml_kernel.errors import Invalid
from chachaml_kernel.kernel import Kernel

AT_ONCE = 50
"""Runs that are deleted together, while other writes wait."""


def _add_options(parser: ArgumentParser) -> None:
    old_runs.add_options(parser)
    add_dry_run(parser)
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def _run(options: Namespace) -> int:
    if not (options.yes or options.dry_run or sys.stdin.isatty()):
        raise Invalid("nobody is there to ask; give --yes to delete for good, or --dry-run")
    say(asyncio.run(_purge(options)))
    return 0


async def _purge(options: Namespace) -> str:
    async with places.open_kernel(places.configured(options)) as kernel:
        where = old_runs.ended_or_silent(options.older_than)
        found = await old_runs.find(kernel, where, experiment=options.experiment, archived=True)
        if options.dry_run:
            return f"{len(found):,} archived runs would be deleted for good"
        if not found:
            return "no archived run is that old"
        if not (options.yes or _agreed(len(found))):
            return "nothing was deleted"
        return await _delete(kernel, found)


def _agreed(count: int) -> bool:
    answer = input(f"Delete {count:,} archived runs for good? [y/N] ")
    return answer.strip().lower() in ("y", "yes")


async def _delete(kernel: Kernel, found: Sequence[str]) -> str:
    before = await kernel.keeping.holdings()
    with progress_shown() as tell:
        for begin in range(0, len(found), AT_ONCE):
            some = found[begin : begin + AT_ONCE]
            await kernel.bulk.delete(some)
            tell(Progress("runs deleted", begin + len(some), len(found)))
    await kernel.keeping.settle()
    after = await kernel.keeping.holdings()
    return (
        f"{len(found):,} runs deleted for good, with {before.points - after.points:,} points and "
        f"{size(before.bytes - after.bytes)} of artifacts"
    )


PURGE = Command("purge", "delete archived runs for good", _add_options, _run)
