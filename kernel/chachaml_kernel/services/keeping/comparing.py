"""A copy compared with what it was made of: each thing, each point, each byte."""

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chachaml_kernel.domain.keeping import (
    AppliedKey,
    Holdings,
    KeptArtifact,
    Progress,
    Tell,
    Thing,
    WholeRun,
    described,
    fingerprint,
    keys_of,
)
from chachaml_kernel.errors import Upstream
from chachaml_kernel.ports import ArtifactStore, Snapshot
from chachaml_kernel.services.keeping.bytes import Bytes, bytes_of, promised
from chachaml_kernel.services.keeping.digests import digests_of
from chachaml_kernel.services.keeping.streams import pairs

if TYPE_CHECKING:
    from hashlib import _Hash


@dataclass(slots=True)
class Comparing:
    """A comparison under way; `digest` is that of all that was seen, in its order."""

    held: Snapshot
    there: Snapshot
    bytes: Bytes
    total: Holdings
    tell: Tell
    points: int = 0
    read: int = 0
    digest: "_Hash" = field(default_factory=hashlib.sha256)

    async def compare(self) -> str:
        """Return the digest of a copy that is right; raise `Upstream` where it is not."""
        async for mine, theirs in pairs(self.held, self.there):
            if isinstance(mine or theirs, AppliedKey):
                continue
            if isinstance(mine, KeptArtifact) and mine.artifact.id in self.bytes.left_out:
                continue
            if mine is None or theirs is None or fingerprint(mine) != fingerprint(theirs):
                raise _other(mine or theirs)
            self.digest.update(fingerprint(theirs).encode())
            if isinstance(mine, WholeRun):
                await self._compare_points(mine)
            if isinstance(mine, KeptArtifact) and mine.artifact.id not in self.bytes.lost:
                await self._compare_bytes(mine)
        return self.digest.hexdigest()

    async def _compare_points(self, whole: WholeRun) -> None:
        run_id, keys = whole.run.id, keys_of(whole)
        mine = await digests_of(self.held.points(run_id, keys))
        theirs = await digests_of(self.there.points(run_id, keys))
        for metric in whole.metrics:
            digest = theirs[metric.key].hex()
            if mine[metric.key].hex() != digest:
                raise _other(whole, f" in the points of metric {metric.key!r}")
            self.digest.update(digest.encode())
            self.points += metric.count
            self.tell(Progress("points compared", self.points, self.total.points))

    async def _compare_bytes(self, kept: KeptArtifact) -> None:
        artifact = kept.artifact
        if await bytes_of(self.bytes.target.artifact_store, artifact) != promised(artifact):
            mine = await bytes_of(self.bytes.source.artifact_store, artifact)
            if mine == promised(artifact):
                raise _other(kept, " in its bytes")
            self.bytes.note_lost(artifact, mine)
        self.read += kept.artifact.size
        self.tell(Progress("bytes of artifacts compared", self.read, self.total.bytes))


def _other(thing: Thing | None, where: str = "") -> Upstream:
    assert thing is not None, "one of two sides has it"
    return Upstream(
        f"the copy is not what the source holds: {described(thing)} differs{where}; "
        "let nothing else write to the target, and copy again with --resume"
    )


async def faults_of_bytes(artifact_store: ArtifactStore, kept: KeptArtifact) -> list[str]:
    """Return what is wrong with the bytes of an artifact, if anything is."""
    artifact = kept.artifact
    found = await bytes_of(artifact_store, artifact)
    if found is None:
        return [f"{described(kept)} has no bytes"]
    if found != promised(artifact):
        return [
            f"{described(kept)} has other bytes than were stored: {found.size:,} of "
            f"{artifact.size:,}, sha256 {found.sha256}"
        ]
    return []
