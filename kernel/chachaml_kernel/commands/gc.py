"""`gc`: bytes that no artifact has are freed."""

import asyncio
from argparse import ArgumentParser, Namespace

from chachaml_kernel.commands import places
from chachaml_kernel.commands.command import Command
from chachaml_kernel.commands.display import say, size
from chachaml_kernel.commands.durations import add_dry_run, duration
from chachaml_kernel.domain.keeping import Orphans


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--older-than",
        type=duration,
        default=duration("1d"),
        metavar="AGE",
        help="leave alone what is younger, since its upload may be under way; 1d if not given",
    )
    add_dry_run(parser)


def _run(options: Namespace) -> int:
    orphans = asyncio.run(_free(options))
    would = "would be " if options.dry_run else ""
    say(
        f"{orphans.keys:,} orphans {would}freed, {size(orphans.bytes)}; "
        f"{orphans.unfinished:,} unfinished uploads {would}freed"
    )
    return 0


async def _free(options: Namespace) -> Orphans:
    async with places.open_kernel(places.configured(options)) as kernel:
        return await kernel.keeping.free_orphans(
            older_than=options.older_than, dry_run=options.dry_run
        )


GC = Command("gc", "free bytes that no artifact has", _add_options, _run)
