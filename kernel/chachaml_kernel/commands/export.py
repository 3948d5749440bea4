"""`chachaml-kernel export`: everything that is stored, as files that other programs read."""

import argparse
from collections.abc import Callable
from pathlib import Path

from chachaml_kernel.config import Config
from chachaml_kernel.failures import alone
from chachaml_kernel.folders import open_folder
from chachaml_kernel.kernel import open_parts
from chachaml_kernel.plugins import load


def describe(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.description = (
        "Export all runs, points and models as tables in files. A server may be running."
    )
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
    parser.add_argument(
        "--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="the config file"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="where relative paths of the configuration begin",
    )


async def run(config: Config, options: argparse.Namespace, say: Callable[[str], None]) -> None:
    """Export what the configured store has, and say how much that was."""
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
