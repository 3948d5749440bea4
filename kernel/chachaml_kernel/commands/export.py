"""`chachaml-kernel export`: everything that is stored, as files that other programs read."""

import asyncio
from argparse import ArgumentParser, Namespace

from chachaml_kernel.commands import places
from chachaml_kernel.commands.command import Command
from chachaml_kernel.commands.display import say
from chachaml_kernel.failures import alone
from chachaml_kernel.folders import open_folder
from chachaml_kernel.kernel import open_parts
from chachaml_kernel.plugins import load


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--format", required=True, help="what to write: csv, parquet, or what a plugin offers"
    )
    parser.add_argument(
        "--to",
        required=True,
        metavar="TARGET",
        help="an empty folder, or s3://BUCKET/PREFIX with [plugins.artifacts_s3]",
    )
    parser.add_argument("--experiment", metavar="NAME", help="only this experiment")
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace the files that an earlier export wrote there",
    )


def _run(options: Namespace) -> int:
    asyncio.run(_export(options))
    return 0


async def _export(options: Namespace) -> None:
    config = places.configured(options)
    parts = load(config)
    target = open_folder(options.to, parts.places)
    with alone():
        async with open_parts(parts, config) as kernel, target as folder:
            files = await kernel.exports.everything(
                folder,
                format=options.format,
                experiment=options.experiment,
                overwrite=options.overwrite,
            )
    runs, points = (
        sum(file.rows for file in files if file.name.startswith(f"{table}/"))
        for table in ("runs", "points")
    )
    say(
        f"exported to {options.to}: {_counted(runs, 'run')}, {_counted(points, 'point')}; "
        f"{_counted(len(files), 'file')}, {_counted(sum(file.size for file in files), 'byte')}"
    )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


EXPORT = Command(
    "export",
    "write all runs, points and models as tables in files; a server may be running",
    _add_options,
    _run,
)
