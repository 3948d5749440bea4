"""Moving and keeping all that is stored."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from msgspec import Struct

from chachaml_kernel.domain.artifacts import artifact_id_of, storage_key
from chachaml_kernel.domain.keeping import Copied, Holdings, Orphans, Tell
from chachaml_kernel.ports import ArtifactStore, Snapshot, Store
from chachaml_kernel.services.keeping.bytes import Bytes
from chachaml_kernel.services.keeping.checking import Checking
from chachaml_kernel.services.keeping.comparing import Comparing
from chachaml_kernel.services.keeping.copying import Copying, refuse_other
from chachaml_kernel.services.keeping.sides import Side, share_bytes
from chachaml_kernel.services.surroundings import Clock, NewId


class Keeping(Struct, frozen=True):
    """Everything at once: copied, checked, cleared."""

    store: Store
    artifact_store: ArtifactStore
    clock: Clock
    new_id: NewId

    @property
    def side(self) -> Side:
        """What a copy is made of, or in."""
        return Side(self.store, self.artifact_store)

    async def holdings(self) -> Holdings:
        """Return how much is stored."""
        async with self.store.snapshot() as held:
            return await held.holdings()

    async def copy_to(self, target: "Keeping", *, resume: bool = False, tell: Tell) -> Copied:
        """Copy one state of everything, and compare the copy with it; what is lost is told of.

        Raises `Conflict`, with nothing changed, if the target holds anything; with `resume`, if it
        holds what the source does not have. Then what is there and the same is left as it is.
        """
        async with self.store.snapshot() as held:
            total = await held.holdings()
            async with target.store.snapshot() as there:
                await refuse_other(held, there, resume=resume)
                fresh = not await there.holdings()
            unused_key = storage_key(self.new_id(), self.new_id())
            shared = await share_bytes(self.side, target.side, unused_key=unused_key)
            sent = Bytes(self.side, target.side, total.bytes, tell, shared=shared)
            copying = Copying(held, target.side, sent, total, tell)
            async with AsyncExitStack() as stack:
                there_now: Snapshot | None = None
                if not fresh:
                    there_now = await stack.enter_async_context(target.store.snapshot())
                await copying.load_all(there_now)
            async with target.store.snapshot() as there:
                comparing = Comparing(held, there, sent, total, tell)
                digest = await comparing.compare()
                holdings = await there.holdings()
        await target.store.settle()
        return Copied(
            holdings=holdings, digest=digest, left_out=len(sent.left_out), faults=sent.faults
        )

    async def verify(self, *, tell: Tell) -> AsyncIterator[str]:
        """Yield a sentence for each thing that is stored and not as it should be.

        Every point is decoded, every byte of every artifact read.
        """
        async with self.store.snapshot() as held:
            checking = Checking(self.side, held, await held.holdings(), tell)
            async for fault in checking.faults():
                yield fault

    async def free_orphans(self, *, older_than: int, dry_run: bool) -> Orphans:
        """Free bytes that no artifact has, and what unfinished uploads left; return how much.

        What is younger than `older_than` milliseconds may belong to an upload that is under way,
        and is left alone. With `dry_run`, all of it is.
        """
        before = self.clock() - older_than
        keys = size = 0
        async for some in self.artifact_store.found():
            named = {it: found for found in some if (it := artifact_id_of(found.key))}
            known = await self.store.known_artifacts(list(named))
            unknown = [found for artifact_id, found in named.items() if artifact_id not in known]
            orphans = [found for found in unknown if found.at < before]
            keys, size = keys + len(orphans), size + sum(found.size for found in orphans)
            if not dry_run:
                await self.artifact_store.delete([found.key for found in orphans])
        unfinished = await self.artifact_store.free_unfinished(before=before, dry_run=dry_run)
        return Orphans(keys=keys, bytes=size, unfinished=unfinished)

    async def settle(self) -> None:
        """Return when the space of what was deleted is given back, where the store gives any."""
        await self.store.settle()
