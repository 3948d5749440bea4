"""What every store promises about the keys that there are."""
# ruff: noqa: D102  the name of a test is its docstring

import pytest

from chachaml_kernel.domain.language.fields import KEYED, KeyKind
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run, points


async def log(store: Store, run_id: str, *keys: str) -> None:
    """Store a run that has each key as a param, a metric and a tag."""
    await store.start_run(new_run(run_id, tags=dict.fromkeys(keys, "")))
    await store.log_params(run_id, dict.fromkeys(keys, 1))
    for key in keys:
        await store.append_points(run_id, {key: points(1.0)})


every_kind = pytest.mark.parametrize("kind", KEYED)


@pytest.mark.asyncio
class KeySuite:
    """Each key once, by code point."""

    @every_kind
    async def test_an_empty_store_has_no_keys(self, store: Store, kind: KeyKind) -> None:
        assert list(await store.list_keys(kind, prefix="", limit=5)) == []

    @every_kind
    @pytest.mark.parametrize(
        ("prefix", "limit", "expected"),
        [
            ("", 20, ["A", "a", "a%", "a/b", "a/c", "b", "ä", "🙂"]),
            ("", 2, ["A", "a"]),
            ("a", 20, ["a", "a%", "a/b", "a/c"]),
            ("a/", 20, ["a/b", "a/c"]),
            ("a/c", 20, ["a/c"]),
            ("a%", 20, ["a%"]),
            ("ab", 20, []),
            ("🙂", 20, ["🙂"]),
            ("\U0010ffff", 20, []),
        ],
    )
    async def test_keys_are_found_by_how_they_begin(
        self, store: Store, kind: KeyKind, prefix: str, limit: int, expected: list[str]
    ) -> None:
        await log(store, "first", "🙂", "b", "a/c", "a")
        await log(store, "second", "a/c", "a/b", "A", "ä", "a%")
        assert list(await store.list_keys(kind, prefix=prefix, limit=limit)) == expected

    @every_kind
    async def test_keys_are_those_of_archived_runs_too_but_not_of_deleted_ones(
        self, store: Store, kind: KeyKind
    ) -> None:
        for run_id in ("stays", "goes"):
            await log(store, run_id, f"of {run_id}")
            await store.set_archived(run_id, archived=True)
        await store.delete_run("goes")
        assert list(await store.list_keys(kind, prefix="", limit=5)) == ["of stays"]
