"""Keys in memory."""

from collections.abc import Mapping, Sequence

from chachaml_kernel.domain.language.fields import KeyKind
from chachaml_kernel.memory.state import Memory, RunRecord


class MemoryKeys:
    """See `chachaml_kernel.ports.KeyStore`."""

    memory: Memory

    async def list_keys(self, kind: KeyKind, *, prefix: str, limit: int) -> Sequence[str]:
        """See `KeyStore`."""
        found = {key for record in self.memory.runs.values() for key in _of_kind(record, kind)}
        return sorted(key for key in found if key.startswith(prefix))[:limit]


def _of_kind(record: RunRecord, kind: KeyKind) -> Mapping[str, object]:
    match kind:
        case "metric":
            return record.series
        case "param":
            return record.params
        case "tag":
            return record.tags
