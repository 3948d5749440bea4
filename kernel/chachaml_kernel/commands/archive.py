"""`archive`: old runs are hidden from lists."""

import asyncio
from argparse import ArgumentParser, Namespace

from chachaml_kernel.commands import old_runs, places
from chachaml_kernel.commands.command import Command
from chachaml_kernel.commands.display import progress_shown, say
from chachaml_kernel.commands.durations import add_dry_run
from chachaml_kernel.domain.keeping import Progress

AT_ONCE = 500
"""Runs that are archived together, while other writes wait."""


def _add_options(parser: ArgumentParser) -> None:
    old_runs.add_options(parser)
    add_dry_run(parser)


def _run(options: Namespace) -> int:
    count = asyncio.run(_archive(options))
    say(f"{count:,} runs {'would be ' if options.dry_run else ''}archived")
    return 0


async def _archive(options: Namespace) -> int:
    async with places.open_kernel(places.configured(options)) as kernel:
        where = old_runs.ended(options.older_than)
        found = await old_runs.find(kernel, where, experiment=options.experiment, archived=False)
        if not options.dry_run:
            with progress_shown() as tell:
                for begin in range(0, len(found), AT_ONCE):
                    some = found[begin : begin + AT_ONCE]
                    await kernel.bulk.archive(some)
                    tell(Progress("runs archived", begin + len(some), len(found)))
        return len(found)


ARCHIVE = Command("archive", "hide runs from lists that ended long ago", _add_options, _run)
