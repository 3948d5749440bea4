"""A copy of all that is stored: loaded, and then compared with what it was made of."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from msgspec.structs import replace

from chachaml_kernel.domain.counts import RunCounts
from chachaml_kernel.domain.experiments import Experiment
from chachaml_kernel.domain.keeping import (
    AppliedKey,
    Batch,
    Block,
    Holdings,
    KeptArtifact,
    Progress,
    Tell,
    Thing,
    WholeModel,
    WholeRun,
    described,
    fingerprint,
    keys_of,
)
from chachaml_kernel.domain.views import View
from chachaml_kernel.errors import Conflict
from chachaml_kernel.ports import Snapshot
from chachaml_kernel.services.keeping.bytes import Bytes
from chachaml_kernel.services.keeping.sides import Side
from chachaml_kernel.services.keeping.streams import pairs

AT_ONCE = 100
"""Things that are loaded in one go."""
POINTS_AT_ONCE = 100_000
PARENTS_AT_ONCE = 1_000
BYTES_AT_ONCE = 8
"""Artifacts whose bytes are copied at a time."""


@dataclass(slots=True)
class Copying:
    """A copy under way: what was loaded so far, and what is gathered to be loaded next."""

    held: Snapshot
    target: Side
    bytes: Bytes
    total: Holdings
    tell: Tell
    gathered: list[Thing] = field(default_factory=list)
    parents: dict[str, str] = field(default_factory=dict)
    points: int = 0

    async def load_all(self, there: Snapshot | None) -> None:
        """Load all that is held but what is `there` already and the same."""
        self.tell(Progress("points copied", 0, self.total.points))
        async for mine, theirs in pairs(self.held, there):
            assert mine is not None, "a target that holds anything else was refused"
            self._note(mine)
            if theirs is None or not same_but_parent(mine, theirs):
                await self._add(mine)
        await self._flush()
        parents = iter(self.parents.items())
        while some := dict(islice(parents, PARENTS_AT_ONCE)):
            await self.target.store.load(Batch(parents=some))

    def _note(self, thing: Thing) -> None:
        if isinstance(thing, WholeRun) and thing.run.parent_run_id is not None:
            self.parents[thing.run.id] = thing.run.parent_run_id

    async def _add(self, thing: Thing) -> None:
        full = len(self.gathered) == AT_ONCE
        if self.gathered and (full or type(thing) is not type(self.gathered[0])):
            await self._flush()
        self.gathered.append(thing)

    async def _flush(self) -> None:
        some, self.gathered = self.gathered, []
        artifacts = await self._with_bytes([it for it in some if isinstance(it, KeptArtifact)])
        runs = [it for it in some if isinstance(it, WholeRun)]
        await self.target.store.load(
            Batch(
                experiments=[it for it in some if isinstance(it, Experiment)],
                runs=runs,
                artifacts=artifacts,
                models=[it for it in some if isinstance(it, WholeModel)],
                views=[it for it in some if isinstance(it, View)],
                keys=[it for it in some if isinstance(it, AppliedKey)],
            )
        )
        await self._load_points(runs)

    async def _with_bytes(self, kept: Sequence[KeptArtifact]) -> Sequence[KeptArtifact]:
        """Copy the bytes of artifacts; return those artifacts that are to be loaded."""
        places = asyncio.Semaphore(BYTES_AT_ONCE)

        async def copied(one: KeptArtifact) -> bool:
            async with places:
                return await self.bytes.copy(one.artifact)

        tasks = [asyncio.create_task(copied(one)) for one in kept]
        try:
            there = await asyncio.gather(*tasks)
        finally:  # where one fails, the others end before anything is closed
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return [one for one, is_there in zip(kept, there, strict=True) if is_there]

    async def _load_points(self, runs: Sequence[WholeRun]) -> None:
        blocks: list[Block] = []
        points = 0
        for whole in runs:
            async for block in self.held.points(whole.run.id, keys_of(whole)):
                blocks.append(block)
                points += len(block.points)
                if points >= POINTS_AT_ONCE:
                    await self._load_blocks(blocks, points)
                    blocks, points = [], 0
        if blocks:
            await self._load_blocks(blocks, points)

    async def _load_blocks(self, blocks: Sequence[Block], points: int) -> None:
        await self.target.store.load_points(blocks)
        self.points += points
        self.tell(Progress("points copied", self.points, self.total.points))


def same_but_parent(mine: Thing, theirs: Thing) -> bool:
    """Tell whether two things are the same, give or take the parent of a run, which comes last."""
    return fingerprint(_orphaned(mine)) == fingerprint(_orphaned(theirs))


def _orphaned(thing: Thing) -> Thing:
    if isinstance(thing, WholeRun):
        return replace(thing, run=replace(thing.run, parent_run_id=None))
    return replace(thing, counts=RunCounts()) if isinstance(thing, Experiment) else thing


async def refuse_other(held: Snapshot, there: Snapshot, *, resume: bool) -> None:
    """Raise `Conflict` unless a target is empty, or shall be gone on with and can be."""
    holdings = await there.holdings()
    if not holdings:
        return
    if not resume:
        raise Conflict(
            f"the target is not empty: it holds {holdings.runs:,} runs, {holdings.experiments:,} "
            f"experiments and {holdings.models:,} models; name an empty one, or give --resume if a "
            "copy of the same source was broken off there"
        )
    async for mine, theirs in pairs(held, there):
        if mine is None and theirs is not None and not isinstance(theirs, AppliedKey):
            raise Conflict(
                f"the target holds the {described(theirs)}, which the source does not have, so it "
                "is no copy of it that was broken off; name an empty target"
            )
