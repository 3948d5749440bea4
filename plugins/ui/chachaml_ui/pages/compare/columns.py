"""The runs of a comparison as the columns of its table."""

from collections.abc import Sequence

from chachaml_kernel.domain.runs import Run
from msgspec import Struct

from chachaml_ui.pages.compare.address import Address

COLOURS = 10
"""So many curves have a colour of their own; the next ones are dashed in another way."""


class Column(Struct, frozen=True, kw_only=True):
    """One run: how its curve looks, and the addresses that its place can be changed with."""

    run: Run
    name: str
    curve: str
    is_baseline: bool
    baseline: str
    without: str
    before: str | None
    after: str | None


def columns(runs: Sequence[Run], address: Address) -> Sequence[Column]:
    """Return a column for each run."""
    ids = [run.id for run in runs]
    return [_column(run, place, ids, address) for place, run in enumerate(runs)]


def title(runs: Sequence[Run]) -> tuple[str, str]:
    """Return how many runs are compared, and the experiment that they are of or how many."""
    count = f"{len(runs)} run{'' if len(runs) == 1 else 's'} of"
    names = {run.experiment for run in runs}
    return count, names.pop() if len(names) == 1 else f"{len(names)} experiments"


def _column(run: Run, place: int, ids: Sequence[str], address: Address) -> Column:
    is_baseline = run.id == address.asked.baseline
    lap, colour = divmod(place, COLOURS)
    return Column(
        run=run,
        name=run.name or run.id[-8:],
        curve=f"c{colour + 1}" + (f" lap{lap}" if lap else ""),
        is_baseline=is_baseline,
        baseline=address.link(baseline=None if is_baseline else run.id),
        without=address.without(run.id),
        before=address.swapped(run.id, ids[place - 1]) if place else None,
        after=address.swapped(run.id, ids[place + 1]) if place + 1 < len(ids) else None,
    )
