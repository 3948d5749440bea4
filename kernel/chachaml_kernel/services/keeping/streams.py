"""What two stores hold, gone through side by side."""

from collections.abc import AsyncIterator
from typing import TypeAlias

from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.keeping import (
    AppliedKey,
    KeptArtifact,
    Thing,
    WholeModel,
    WholeRun,
    name_of,
    things_of,
)
from chachaml_kernel.domain.views import View
from chachaml_kernel.ports import Snapshot

ORDER = (Experiment, WholeRun, KeptArtifact, WholeModel, View, AppliedKey)
"""The kinds of things, as snapshots have them."""

Pair: TypeAlias = tuple[Thing | None, Thing | None]
"""The thing of one kind and name that each of two stores has, if it has it."""


async def things(snapshot: Snapshot | None) -> AsyncIterator[Thing]:
    """Yield all that a snapshot holds, one by one; nothing where there is none."""
    if snapshot is not None:
        async for batch in snapshot.batches():
            for thing in things_of(batch):
                yield thing


async def pairs(first: Snapshot | None, second: Snapshot | None) -> AsyncIterator[Pair]:
    """Yield what either of two snapshots holds, beside what the other one has in its place."""
    ones, others = things(first), things(second)
    one, other = await anext(ones, None), await anext(others, None)
    while one is not None or other is not None:
        left, right = _place(one), _place(other)
        yield (one if left <= right else None), (other if right <= left else None)
        if left <= right:
            one = await anext(ones, None)
        if right <= left:
            other = await anext(others, None)


def _place(thing: Thing | None) -> tuple[int, str]:
    return (len(ORDER), "") if thing is None else (ORDER.index(type(thing)), name_of(thing))
