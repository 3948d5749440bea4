"""What every artifact store promises about what lies in it."""
# ruff: noqa: D102  the name of a test is its docstring

import time
from collections.abc import AsyncIterator

import pytest

from chachaml_kernel.ports import ArtifactStore, Found
from chachaml_kernel.testing.artifact_bytes import MUCH, SOME, each, read


@pytest.mark.asyncio
class FoundSuite:
    """What is stored is found, and what is on its way is not, nor is it disturbed."""

    async def test_what_is_stored_is_found_with_its_size_and_its_time(
        self, artifact_store: ArtifactStore
    ) -> None:
        assert await _found(artifact_store) == {}
        sizes = {f"run{n % 3}/artifact{n}": n * 10 for n in range(12)}
        for key, size in sizes.items():
            await artifact_store.write(key, each([SOME] * (size // 10)))
        await artifact_store.delete(["run0/artifact0"])
        found = await _found(artifact_store)
        del sizes["run0/artifact0"]
        assert {key: one.size for key, one in found.items()} == sizes
        now = time.time() * 1_000
        assert all(abs(one.at - now) < 300_000 for one in found.values())

    async def test_a_write_under_way_is_not_found_and_not_disturbed(
        self, artifact_store: ArtifactStore
    ) -> None:
        async def watched() -> AsyncIterator[bytes]:
            yield MUCH
            yield MUCH
            assert await _found(artifact_store) == {}
            assert await artifact_store.free_unfinished(before=1_000, dry_run=False) == 0
            yield SOME

        await artifact_store.write("run/artifact", watched())
        assert await read(artifact_store, "run/artifact") == MUCH + MUCH + SOME


async def _found(store: ArtifactStore) -> dict[str, Found]:
    return {one.key: one async for some in store.found() for one in some}
