"""Old runs: which ones they are."""

from argparse import ArgumentParser
from collections.abc import Sequence

from msgspec.structs import replace

from chachaml_kernel.commands.durations import duration
from chachaml_kernel.domain.language.tree import (
    Ago,
    Comparison,
    Expression,
    Field,
    Missing,
    all_of,
    any_of,
)
from chachaml_kernel.domain.paging import MAX_LIMIT
from chachaml_kernel.domain.query import RunQuery
from chachaml_kernel.kernel import Kernel


def add_options(parser: ArgumentParser) -> None:
    """Add the options that choose old runs."""
    parser.add_argument(
        "--older-than",
        type=duration,
        required=True,
        metavar="AGE",
        help="runs that ended longer ago than this, such as 30d",
    )
    parser.add_argument("--experiment", metavar="NAME", help="only those of this experiment")


def ended(age: int) -> Expression:
    """Return what holds for runs that ended longer than `age` milliseconds ago."""
    return Comparison(Field("ended"), "<", (Ago(age),))


def ended_or_silent(age: int) -> Expression:
    """Return what holds for those, and for runs that never ended and began longer ago."""
    never = all_of(Missing(Field("ended")), Comparison(Field("started"), "<", (Ago(age),)))
    return any_of(ended(age), never)


async def find(
    kernel: Kernel, where: Expression, *, experiment: str | None, archived: bool
) -> Sequence[str]:
    """Return the ids of the runs for which something holds."""
    query = RunQuery(experiment=experiment, archived=archived, where=where, limit=MAX_LIMIT)
    found: list[str] = []
    while True:
        page = await kernel.runs.list(query)
        found += [row.run.id for row in page.rows]
        if page.next is None:
            return found
        query = replace(query, after=page.next)
