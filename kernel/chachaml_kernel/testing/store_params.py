"""What every store promises about params, tags and notes."""
# ruff: noqa: D102  the name of a test is its docstring

import pytest

from chachaml_kernel.domain.notes import Saved
from chachaml_kernel.domain.runs import RunStatus
from chachaml_kernel.domain.values import JsonValue, canonical
from chachaml_kernel.errors import Conflict
from chachaml_kernel.ports import Store
from chachaml_kernel.testing.builders import new_run
from chachaml_kernel.testing.reading import refused

ANY_JSON: dict[str, JsonValue] = {
    "integer": 1,
    "number": 1.0,
    "tiny": 5e-324,
    "negative zero": -0.0,
    "64 bits": 2**63 - 1,
    "more bits than a double's range": 10**400,
    "true": True,
    "null": None,
    "text": "naïve 🙂",
    "empty": "",
    "number as text": "0.01",
    "list": [1, 2.5, "x", [None]],
    "object": {"b": {"c": []}, "a": False},
}


@pytest.mark.asyncio
class ParamSuite:
    """Params are written once; tags and the note may change at any time."""

    async def test_any_json_value_is_read_as_it_was_logged(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.log_params("r", ANY_JSON)
        assert canonical(dict((await store.get_run("r")).params)) == canonical(ANY_JSON)

    async def test_params_of_several_requests_add_up(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.log_params("r", {"a": 1})
        await store.log_params("r", {"b": 2})
        assert (await store.get_run("r")).params == {"a": 1, "b": 2}

    async def test_the_same_value_again_is_fine(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.log_params("r", {"n": 1, "o": {"x": 1, "y": [2]}})
        await store.log_params("r", {"n": 1.0, "o": {"y": [2.0], "x": 1}})
        stored = (await store.get_run("r")).params
        assert canonical(dict(stored)) == canonical({"n": 1, "o": {"x": 1, "y": [2]}})

    @pytest.mark.parametrize(
        ("first", "second"), [(1, 2), (1, True), (0, None), (1, "1"), ([1], [1, 1]), ({}, [])]
    )
    async def test_another_value_conflicts_and_writes_none(
        self, store: Store, first: JsonValue, second: JsonValue
    ) -> None:
        await store.start_run(new_run("r"))
        await store.log_params("r", {"p": first})
        refusal = await refused(store.log_params("r", {"a": 0, "p": second, "z": 0}), Conflict)
        assert canonical(dict((await store.get_run("r")).params)) == canonical({"p": first})
        assert "p" in refusal.detail

    async def test_a_conflict_names_the_key_and_both_values(self, store: Store) -> None:
        await store.start_run(new_run("r"))
        await store.log_params("r", {"rate": 0.25})
        refusal = await refused(store.log_params("r", {"rate": 0.75}), Conflict)
        assert all(part in refusal.detail for part in ("rate", "0.25", "0.75"))

    async def test_tags_and_note_may_change_after_the_end(self, store: Store) -> None:
        await store.start_run(new_run("r", tags={"team": "vision", "old": "x"}))
        await store.end_run("r", RunStatus.COMPLETED, error=None, at=2_000)
        await store.set_tag("r", "team", "speech")
        await store.set_tag("r", "new", "")
        await store.delete_tag("r", "old")
        await store.delete_tag("r", "never there")
        await store.set_note("r", "# First\n\nsecond 🙂", saved=Saved(2_000))
        assert await store.get_tags("r") == {"team": "speech", "new": ""}
        detail = await store.get_run("r")
        assert detail.tags == {"team": "speech", "new": ""}
        assert detail.note == "# First\n\nsecond 🙂"
        await store.set_note("r", "", saved=Saved(3_000))
        assert (await store.get_run("r")).note == ""
